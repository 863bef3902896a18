import { ConfigError, message, Rng } from '@zpin/contracts';
import type { StoredTrial } from './journal/journal-state.ts';
import { isObject } from './journal/operations.ts';
import { shouldPruneByMedian } from './pruners/median.ts';
import { shouldPruneByHalving } from './pruners/successive-halving.ts';
import { gridPoints } from './samplers/grid.ts';
import { sampleRandom } from './samplers/random.ts';
import { sampleTpe } from './samplers/tpe.ts';
import { holds } from './space/check-space.ts';
import type { ParameterValue, Params, SearchSpace } from './space/parameter.ts';
import type { Direction } from './trial.ts';
import type { BegunTrial, TrialStorage } from './trial-storage.ts';

/** How points are chosen. */
export const SAMPLERS = ['tpe', 'random', 'grid'] as const;
export type SamplerName = (typeof SAMPLERS)[number];

/** How trials are stopped early: see `shouldPruneByMedian` and `shouldPruneByHalving`. */
export type Pruning =
  | { readonly type: 'none' }
  | { readonly type: 'median'; readonly startupTrials?: number; readonly warmupSteps?: number }
  | { readonly type: 'halving'; readonly minResource: number; readonly reductionFactor?: number };

export interface SearchOptions {
  readonly storage: TrialStorage;
  readonly space: SearchSpace;
  readonly direction: Direction;
  readonly sampler: SamplerName;
  readonly pruning: Pruning;
  /** Of the proposals; trial n of a study is drawn from the generator of seed and n. */
  readonly seed: number;
  /** Trials of the whole study, whoever begins them; of a grid, at most its points. */
  readonly trials: number;
  /** Stops before the next trial. */
  readonly signal?: AbortSignal;
  /**
   * Tries a point, and tells by `report` what it has come to at some steps; false from it means: stop, others did better, or another worker has the
   * trial by now. At its last step, `isLast`, there is nothing left that stopping would save: then only the other worker counts.
   * @returns its value; null when it was stopped, by `report`, because `signal` says so, or because it is another worker's by now
   * @throws InputError (and others) when the point cannot be tried
   */
  evaluate(
    begun: BegunTrial,
    report: (step: number, value: number, isLast?: boolean) => Promise<boolean>,
  ): Promise<number | null>;
}

/** What a search tells. */
export type SearchEvent =
  | { readonly type: 'begun'; readonly trial: StoredTrial; readonly isTakenUp: boolean }
  | { readonly type: 'ended'; readonly trial: StoredTrial; readonly error: Error | null }
  /** Another worker has the trial by now: this one was taken for dead. */
  | { readonly type: 'lost'; readonly trial: StoredTrial };

/**
 * One worker of a search: takes one trial after another until all are begun. Any number of workers may search on one storage. A trial
 * during which `signal` stopped the worker stays open, for it or another one to be taken up again. A point that fails is a failed
 * trial, and the search goes on.
 * @throws ConfigError when the first three trials of a worker all fail: then it is not the point that is wrong
 */
export async function* search(options: SearchOptions): AsyncGenerator<SearchEvent> {
  const { storage, direction, pruning, signal, evaluate } = options;
  const propose = proposer(options);
  let failed = 0;
  for (let count = 0; !signal?.aborted; count++) {
    const begun = await storage.begin({ propose });
    if (!begun) return;
    const { id } = begun.trial;
    yield { type: 'begun', ...begun };
    let isPruned = false;
    const report = async (step: number, value: number, isLast = false) => {
      if (!(await storage.report(id, step, value))) return false;
      if (isLast) return true;
      const trials = await storage.trials();
      const trial = trials.find(each => each.id === id);
      isPruned = trial !== undefined && shouldPrune(pruning, trial, trials, direction);
      return !isPruned;
    };
    let error: Error | null = null;
    let counts = false;
    try {
      const value = await evaluate(begun, report);
      if (value === null && !isPruned && signal?.aborted) return;
      if (value !== null && Number.isNaN(value))
        throw new ConfigError(message('search', 'a trial must come to a number', value, 'Look at its run'));
      if (value !== null) counts = await storage.finish(id, 'complete', value);
      else if (isPruned) counts = await storage.finish(id, 'pruned');
    } catch (caught) {
      error = caught instanceof Error ? caught : new Error(String(caught));
      counts = await storage.finish(id, 'failed');
      if (counts) failed++;
    }
    const trial = (await storage.trials()).find(each => each.id === id) ?? begun.trial;
    yield counts ? { type: 'ended', trial, error } : { type: 'lost', trial };
    if (error && failed === 3 && count === 2) throw error;
  }
}

function shouldPrune(pruning: Pruning, trial: StoredTrial, trials: readonly StoredTrial[], direction: Direction): boolean {
  switch (pruning.type) {
    case 'none':
      return false;
    case 'median':
      return shouldPruneByMedian(trial, trials, direction, pruning);
    case 'halving':
      return shouldPruneByHalving(trial, trials, direction, pruning);
  }
}

function proposer({ space, direction, sampler, seed, trials: limit }: SearchOptions) {
  const grid = sampler === 'grid' ? gridPoints(space) : null;
  const most = Math.min(limit, grid?.length ?? limit);
  return (trials: readonly StoredTrial[], waiting: StoredTrial | null) => {
    if (!waiting && trials.length >= most) return null;
    const number = waiting?.number ?? trials.length;
    const rng = new Rng([seed, number]);
    const free = grid?.[number] ?? (sampler === 'tpe' ? sampleTpe(space, trials, direction, rng) : sampleRandom(space, rng));
    return { space, params: waiting ? withFixed(space, free, waiting) : free };
  };
}

/** A proposal with the parameters that someone asked for in a trial put in line. */
function withFixed(space: SearchSpace, free: Params, { systemAttributes }: StoredTrial): Params {
  const { fixed_params: fixed } = systemAttributes;
  if (!isObject(fixed)) return free;
  const wanted = Object.entries(fixed).filter((entry): entry is [string, ParameterValue] => {
    const [name, value] = entry;
    return name in free && (value === null || typeof value !== 'object') && holds(space[name], value);
  });
  return { ...free, ...Object.fromEntries(wanted) };
}
