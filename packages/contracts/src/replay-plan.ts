import type { ReplayBuffer } from './agent.ts';
import type { Space } from './spaces/space.ts';

/** How transitions of a prioritized replay memory are drawn (Schaul et al. 2016). */
export interface ReplayPriorities {
  /** Exponent of priorities, ≥ 0. */
  readonly alpha: number;
  /** First exponent of importance weights, in [0, 1]. */
  readonly beta: number;
  /** Added to every priority, > 0; 1e-6 when omitted. */
  readonly epsilon?: number;
  /** Largest error that counts, > 0; all count as they are when omitted. */
  readonly clip?: number;
  /** Priority of a new transition: the largest there ever was, or the largest of those stored. `largest-ever` when omitted. */
  readonly newPriority?: 'largest-ever' | 'largest-stored';
}

/** The replay memory that settings ask for. */
export interface ReplayPlan {
  /** Transitions kept. */
  readonly capacity: number;
  /** Discount per step, in [0, 1]. */
  readonly gamma: number;
  /** Steps summed into one reward. */
  readonly nSteps: number;
  /** How priorities count; `null` draws uniformly. */
  readonly priorities: ReplayPriorities | null;
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
