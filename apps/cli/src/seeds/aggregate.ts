import { Rng } from '@zpin/contracts';
import { mean } from '../numbers.ts';

/** Resamples of the bootstrap. */
const RESAMPLES = 10_000;
/** Runs below which an interval would say more than they do. */
const FEWEST = 3;

/**
 * Mean of the middle half: a quarter of the values, rounded down, is left out at each end (Agarwal et al. 2021, "Deep Reinforcement Learning
 * at the Edge of the Statistical Precipice", arXiv:2108.13264). NaN of nothing.
 */
export function interquartileMean(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}

/**
 * Interval in which the interquartile mean of so many runs lies in 95 % of all cases, by the percentile bootstrap over runs, as the same paper
 * has it. Null for fewer than three runs.
 */
export function confidenceInterval(values: readonly number[]): readonly [low: number, high: number] | null {
  if (values.length < FEWEST) return null;
  const rng = new Rng(values.length);
  const means = new Float64Array(RESAMPLES);
  const drawn = new Array<number>(values.length);
  for (let i = 0; i < RESAMPLES; i++) {
    for (let k = 0; k < drawn.length; k++) drawn[k] = values[rng.integers(0, values.length)];
    means[i] = interquartileMean(drawn);
  }
  means.sort();
  const at = (share: number) => {
    const place = share * (RESAMPLES - 1);
    const low = Math.floor(place);
    return means[low] + (place - low) * (means[Math.min(low + 1, RESAMPLES - 1)] - means[low]);
  };
  return [at(0.025), at(0.975)];
}
