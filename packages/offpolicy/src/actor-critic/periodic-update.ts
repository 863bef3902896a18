import type { MaybePromise } from '@zpin/contracts';
import { Counter, type Disposable, type Memory } from '@zpin/core';

/** Two forms of an update that take turns. */
export interface PeriodicUpdate<Inputs, Result> {
  /** Runs the next update. */
  learn(inputs: Inputs): MaybePromise<Result>;
  /** Updates so far, for checkpoints. */
  readonly memory: Memory;
  readonly programs: readonly Disposable[];
}

/**
 * An update that does more at every `period`-th call.
 * @param period in updates, at least 1
 * @param make makes the program of an update; `isWhole` for the one that does all
 */
export function periodicUpdate<Inputs, Result>(
  period: number,
  make: (isWhole: boolean) => ((inputs: Inputs) => MaybePromise<Result>) & Disposable,
): PeriodicUpdate<Inputs, Result> {
  const [whole, part] = [make(true), make(false)];
  const updates = new Counter();
  return {
    learn(inputs) {
      updates.value++;
      return (updates.value % period === 0 ? whole : part)(inputs);
    },
    memory: { updates },
    programs: [whole, part],
  };
}
