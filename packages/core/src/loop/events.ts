import type { Metrics, StateValue } from '@zpin/contracts';
import type { BestEvaluation, EarlyEnd } from './best-evaluation.ts';

/**
 * Everything a run needs to go on bit for bit: agent, environment, replay, collector, counters, generators. Only the episodes in
 * progress are missing where the environment has no `state()`.
 */
export type TrainState = { readonly [key: string]: StateValue };

/**
 * What a training loop reports. `step` counts environment steps over all copies (offline: gradient steps), from the start of the
 * run.
 */
export type TrainEvent =
  /**
   * The loop goes on: after every rollout (on-policy) or round of updates (off-policy). In an evaluation that takes longer than a
   * second too, by the clock, with how far that is.
   */
  | {
      readonly type: 'step';
      readonly step: number;
      readonly totalSteps: number;
      readonly evaluation?: { readonly episodes: number; readonly totalEpisodes: number };
    }
  /** An episode of training ended. */
  | {
      readonly type: 'episode';
      readonly step: number;
      /** Of the rewards that the environment itself paid, whatever wrappers make of them. */
      readonly episodeReturn: number;
      /** Environment steps. */
      readonly episodeLength: number;
      readonly terminated: boolean;
      readonly truncated: boolean;
      /** Copy of the vector environment. */
      readonly envIndex: number;
      /** Whether the goal was reached; present when the environment has goals. */
      readonly success?: boolean;
      /** What the infos of the episode told in numbers, one for each name; present when they told something. */
      readonly info?: Readonly<Record<string, number>>;
    }
  /**
   * The agent learned. `updates` counts from the start of the run: gradient steps (off-policy, offline) or rollouts (on-policy).
   */
  | { readonly type: 'update'; readonly step: number; readonly updates: number; readonly metrics: Metrics }
  /** The greedy policy was evaluated on an environment of its own; one return per episode, as `episodeReturn`. */
  | {
      readonly type: 'eval';
      readonly step: number;
      readonly returns: readonly number[];
      readonly lengths: readonly number[];
      /** Share of the episodes that reached their goal; present when the environment has goals. */
      readonly successRate?: number;
      /** How many of the episodes were cut off by the limit of evaluation; present when some were. */
      readonly cutOff?: number;
      /** Present when the mean return is above that of every evaluation before: the agent as it is now is the best so far. */
      readonly isBest?: true;
    }
  /** Something that the run can do less well than others; told before the first step. */
  | { readonly type: 'warning'; readonly step: number; readonly message: string }
  /** A snapshot from which the run can be resumed: bit for bit, but for the episodes of environments without `state()`. */
  | { readonly type: 'checkpoint'; readonly step: number; readonly state: TrainState };

/** What a training loop returns when it ends. */
export interface TrainSummary {
  /** Environment steps done (offline: gradient steps), over the whole run (before a resume too). */
  readonly steps: number;
  /** Gradient steps (off-policy) or rollouts learned from (on-policy). */
  readonly updates: number;
  readonly episodes: number;
  /**
   * `finished`: all steps are done, or an evaluation ended the run, and what was due then is done; `stopped`: the signal was given
   * first.
   */
  readonly reason: 'finished' | 'stopped';
  /** The rule by which an evaluation ended the run before all its steps; omitted where none did. */
  readonly endedBy?: EarlyEnd;
  /** The best evaluation; omitted where there was none. */
  readonly best?: BestEvaluation;
}
