import type { ReplayBuffer } from './agent.ts';
import type { Space } from './spaces.ts';

/** The replay memory that settings ask for. */
export interface ReplayPlan {
  /** Transitions kept. */
  readonly capacity: number;
  /** Discount per step, in [0, 1]. */
  readonly gamma: number;
  /** Steps summed into one reward. */
  readonly nSteps: number;
  /**
   * Exponents of prioritized replay (Schaul et al. 2016): of priorities, and the first one of importance weights; `null` draws
   * uniformly.
   */
  readonly priorities: { readonly alpha: number; readonly beta: number } | null;
}

/** What a replay memory has to keep, by the settings of an off-policy algorithm. */
export interface ReplaySettings {
  /** Transitions kept; the oldest go first. */
  readonly capacity: number;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** Discount per step, in [0, 1]. */
  readonly gamma: number;
  /** Steps summed into one reward. */
  readonly nSteps: number;
  /** Whether transitions carry the legal actions of the successor. */
  readonly hasActionMask: boolean;
}

/** Makes another replay memory than the algorithm's own, for example one with hindsight. */
export type MakeReplay = (settings: ReplaySettings) => ReplayBuffer;
