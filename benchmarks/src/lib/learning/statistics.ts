import { Rng } from '@zpin/contracts';

/** What the returns of several seeds come to. */
export interface Summary {
  readonly seeds: number;
  readonly mean: number;
  /** Mean of the middle half: a few lucky or lost seeds do not move it (Agarwal et al. 2021, section 4.3). */
  readonly interquartileMean: number;
  /** 95 % of the interquartile means of seeds drawn anew lie between; none of fewer than three seeds. */
  readonly interval: readonly [number, number] | null;
  readonly worst: number;
}

const RESAMPLES = 2000;

/** @param returns mean greedy return of each seed, at least one */
export function summarize(returns: readonly number[]): Summary {
  return {
    seeds: returns.length,
    mean: mean(returns),
    interquartileMean: interquartileMean(returns),
    interval: returns.length < 3 ? null : bootstrapInterval(returns),
    worst: Math.min(...returns),
  };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean without the lowest and the highest quarter, each rounded down to whole values. */
export function interquartileMean(values: readonly number[]): number {
  const cut = Math.floor(values.length / 4);
  return mean(values.toSorted((a, b) => a - b).slice(cut, values.length - cut));
}

/**
 * Percentile bootstrap of the interquartile mean (Efron 1979): as many values drawn with replacement, many times.
 * The draws have a fixed seed, so that a table drawn twice is the same.
 */
function bootstrapInterval(values: readonly number[]): readonly [number, number] {
  const rng = new Rng(0);
  const found = Array.from({ length: RESAMPLES }, () => interquartileMean(values.map(() => values[rng.choice(values.length)])));
  found.sort((a, b) => a - b);
  return [found[Math.floor(0.025 * RESAMPLES)], found[Math.ceil(0.975 * RESAMPLES) - 1]];
}
