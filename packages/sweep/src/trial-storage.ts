import type { StoredTrial } from './journal/journal-state.ts';
import type { JsonObject } from './journal/operations.ts';
import type { Params, SearchSpace } from './space/parameter.ts';

/** What to try next, and in what space it was chosen. */
export interface Proposal {
  readonly params: Params;
  readonly space: SearchSpace;
}

/** Which trial a worker gets. */
export interface BeginOptions {
  /**
   * Called while no other worker begins a trial, so that a point of a grid is given away once.
   * @param trials all of them as they stand
   * @param waiting one that someone put in line, whose `fixed_params` among the system attributes must be kept; null for a new one
   * @returns null when there is nothing left to try
   */
  propose(trials: readonly StoredTrial[], waiting: StoredTrial | null): Proposal | null;
}

/** What a worker got. */
export interface BegunTrial {
  readonly trial: StoredTrial;
  /** Whether another worker had begun it. */
  readonly isTakenUp: boolean;
}

/** Where the trials of one study are, for workers that share them: a file here, a database elsewhere. */
export interface TrialStorage {
  /** All trials as they stand now. */
  trials(): Promise<readonly StoredTrial[]>;
  /** Gives a worker a trial that was left, one that waits, or a new one; null when there is nothing to do. */
  begin(options: BeginOptions): Promise<BegunTrial | null>;
  /** Notes what a trial has come to at a step. @returns whether it counted: a trial that has ended, or that another worker has by now, takes nothing */
  report(id: number, step: number, value: number): Promise<boolean>;
  /** Notes what users or programs keep with a trial. @returns whether it counted */
  setAttributes(id: number, kind: 'user' | 'system', attributes: JsonObject): Promise<boolean>;
  /** Ends a trial. A complete one has a value. @returns whether it counted: only the first end does, by the worker that has it */
  finish(id: number, state: 'complete' | 'pruned' | 'failed', value?: number): Promise<boolean>;
}
