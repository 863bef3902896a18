import { type Direction, lossOf, type Trial } from '../trial.ts';

export interface MedianPruningOptions {
  /** Complete trials before the first one is stopped; 5 when omitted. */
  readonly startupTrials?: number;
  /** Steps of a trial before which it is never stopped; 0 when omitted. */
  readonly warmupSteps?: number;
}

/**
 * Whether a trial should stop: the best that it has come to so far is worse than the median of what complete trials had come to at
 * the step that it reported last (the rule of Vizier: Golovin et al. 2017, §3.5.2, with the best value in place of the running mean).
 */
export function shouldPruneByMedian(
  trial: Trial,
  trials: readonly Trial[],
  direction: Direction,
  { startupTrials = 5, warmupSteps = 0 }: MedianPruningOptions = {},
): boolean {
  const step = lastStep(trial);
  if (step === null || step < warmupSteps) return false;
  const complete = trials.filter(({ state }) => state === 'complete');
  if (complete.length < startupTrials) return false;
  const losses = complete.flatMap(({ intermediateValues }) => {
    const value = intermediateValues.get(step);
    return value === undefined || Number.isNaN(value) ? [] : [lossOf(value, direction)];
  });
  if (losses.length === 0) return false;
  let best = Number.POSITIVE_INFINITY;
  for (const value of trial.intermediateValues.values()) best = Math.min(best, lossOf(value, direction));
  return best > median(losses);
}

/** The last step that a trial reported; null where it reported nothing. */
export function lastStep({ intermediateValues }: Trial): number | null {
  return intermediateValues.size === 0 ? null : Math.max(...intermediateValues.keys());
}

/** Of two middle ones their mean. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
