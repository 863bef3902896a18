import type { Agent, EnvSpec, MakeReplay, NumericArray, ReplaySource, VectorEnv } from '@zpin/contracts';
import type { StopRules } from '../loop/best-evaluation.ts';
import type { TrainState } from '../loop/events.ts';

/** How often and on what the greedy policy is evaluated during training, and when that ends the run. */
export interface EvaluationPlan extends StopRules {
  /** Environment of its own, so that training is not disturbed. */
  readonly env: VectorEnv;
  readonly everySteps: number;
  readonly episodes: number;
  readonly seed: number;
  /** Steps after which an episode is cut off; omitted: as `evaluate` has it. */
  readonly maxEpisodeSteps?: number;
}

/** One training run as every loop takes it. */
export interface TrainOptions<A extends Agent = Agent> {
  readonly agent: A;
  readonly env: VectorEnv;
  /** Environment steps over all copies, or gradient steps on a data set, counted from the start of the run. */
  readonly totalSteps: number;
  /**
   * Steps over which schedules stretch, counted as `totalSteps`, which it is when omitted. A run that gets more steps than it was
   * planned for passes those it began with: its schedules then stay where they ended.
   */
  readonly scheduledSteps?: number;
  /** Of the episodes and of the batches from memories, each a stream of its own (`seedStream`); the agent has its own. */
  readonly seed: number;
  readonly evaluation?: EvaluationPlan;
  /** Steps between two `checkpoint` events; one always comes at the end. Omitted: only that one. */
  readonly checkpointEverySteps?: number;
  /** State of a `checkpoint` event to go on from. */
  readonly resume?: TrainState;
  /**
   * Stops after the step in progress, and gives up an evaluation or long update, which the run begins with when it goes on; a
   * `checkpoint` event still comes.
   */
  readonly signal?: AbortSignal;
}

/** A run of an algorithm that learns from a replay memory. */
export interface ReplayTrainOptions<A extends Agent = Agent> extends TrainOptions<A> {
  /** Where transitions are stored and batches come from; the algorithm's own replay memory when omitted. */
  readonly makeReplay?: MakeReplay;
}

/** A fixed set of transitions, as offline algorithms take it. */
export interface TransitionData {
  /** The environment that it is from. */
  readonly spec: EnvSpec;
  /** Transitions. */
  readonly size: number;
  /** `[S, D]`: what agents that normalise their observations take the statistics from; none are taken when omitted. */
  readonly obs?: NumericArray;
  /**
   * The transitions to draw from.
   * @param gamma discount per step, in [0, 1] @param nSteps steps summed into one reward; 1 when omitted
   */
  discounted(gamma: number, nSteps?: number): ReplaySource;
}

/** A run of an algorithm that learns from a data set. Its environment is only evaluated in. */
export interface DatasetTrainOptions<A extends Agent = Agent> extends TrainOptions<A> {
  readonly dataset: TransitionData;
}
