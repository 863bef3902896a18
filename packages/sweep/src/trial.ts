import type { Params } from './space/parameter.ts';

/** Where a trial stands. A pruned one was stopped early because it did worse than others; a failed one counts for nothing. */
export type TrialState = 'waiting' | 'running' | 'complete' | 'pruned' | 'failed';

/** Whether the largest or the smallest value is looked for. */
export type Direction = 'maximize' | 'minimize';

/** One point that was tried, as samplers and pruners see it. */
export interface Trial {
  /** 0, 1, 2, … in the order in which trials were begun. */
  readonly number: number;
  readonly state: TrialState;
  readonly params: Params;
  /** What it came to; null unless it is complete. */
  readonly value: number | null;
  /** What it had come to at some steps; NaN where that was no number. */
  readonly intermediateValues: ReadonlyMap<number, number>;
}

/** Loss of a value: smaller is better in both directions, and NaN is the worst. */
export function lossOf(value: number, direction: Direction): number {
  if (Number.isNaN(value)) return Number.POSITIVE_INFINITY;
  return direction === 'minimize' ? value : -value;
}

/**
 * Complete trials, best first. Many come to the best value that there is where that is easy to reach; of equal ones, those come first that had come to
 * more on the way, on average over their reports, and then those that were begun first.
 */
export function rankComplete<T extends Trial>(trials: readonly T[], direction: Direction): T[] {
  return trials
    .filter(({ state, value }) => state === 'complete' && value !== null)
    .map(trial => ({ trial, loss: lossOf(Number(trial.value), direction), before: lossBefore(trial, direction) }))
    .sort((a, b) => compare(a.loss, b.loss) || compare(a.before, b.before) || a.trial.number - b.trial.number)
    .map(({ trial }) => trial);
}

/** Mean loss of what a trial reported; that of its end where it reported nothing. */
function lossBefore({ intermediateValues, value }: Trial, direction: Direction): number {
  const losses = [...intermediateValues.values()].map(each => lossOf(each, direction));
  if (losses.length === 0) return lossOf(Number(value), direction);
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length;
}

/** The first of `rankComplete`; null where there is none. */
export function bestTrial<T extends Trial>(trials: readonly T[], direction: Direction): T | null {
  return rankComplete(trials, direction)[0] ?? null;
}

/** Finished trials, best first: complete ones by value, then pruned ones, those that came further before those that did not, then by value. */
export function rankTrials(trials: readonly Trial[], direction: Direction): Trial[] {
  const key = ({ state, value, intermediateValues }: Trial): readonly [group: number, step: number, loss: number] => {
    if (state === 'complete' && value !== null) return [0, 0, lossOf(value, direction)];
    const last = Math.max(...intermediateValues.keys());
    return [1, -last, lossOf(intermediateValues.get(last) ?? Number.NaN, direction)];
  };
  return trials
    .filter(isFinished)
    .map(trial => ({ trial, key: key(trial) }))
    .sort((a, b) => a.key[0] - b.key[0] || a.key[1] - b.key[1] || compare(a.key[2], b.key[2]))
    .map(({ trial }) => trial);
}

function isFinished({ state, value, intermediateValues }: Trial): boolean {
  return (state === 'complete' && value !== null) || (state === 'pruned' && intermediateValues.size > 0);
}

/** Infinite losses are equal; their difference would be NaN. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a - b;
}
