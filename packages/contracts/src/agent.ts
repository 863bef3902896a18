import type { EnvSpec, StateValue } from './env.ts';
import type { NumericArray } from './numeric-array.ts';
import type { Rng } from './rng.ts';

/** A value, or a promise of it: native engines answer at once, a browser's later. Always awaited, so code is written once. */
export type MaybePromise<T> = T | Promise<T>;

/** Exact snapshot of an agent: weights, optimiser, schedules, counters, generators. */
export type AgentState = { readonly [key: string]: StateValue };

/** Named scalars of one update. They stay where they were computed until `read` is called. */
export interface Metrics {
  readonly names: readonly string[];
  read(): MaybePromise<Readonly<Record<string, number>>>;
}

/** `explore`: as in training (sampled, or with noise); `exploit`: greedy, as in evaluation. */
export type ActMode = 'explore' | 'exploit';

/** How far a run is, for schedules. */
export interface Progress {
  /** Environment steps done over all copies, or gradient steps on a data set. */
  readonly step: number;
  /** Steps over which schedules stretch, of the same kind: those of the run, unless it got more of them later. */
  readonly totalSteps: number;
  /**
   * Gives a long update up: it throws the reason, and whoever gave the signal takes the agent back to what it was. Updates that
   * are short need not look at it.
   */
  readonly signal?: AbortSignal;
}

/** What every agent can do, whatever the way it learns. */
export interface Actor {
  /**
   * The environment that it was made for: loops and evaluation refuse others whose spaces are not the same. Omitted: not checked.
   */
  readonly spec?: EnvSpec;
  /**
   * Chooses actions for N observations.
   * @param obs `[N, D]`
   * @param actionMask `[N, A]`, 1 = legal, the first of each row for action `start`; only for agents on `Discrete` actions, and
   * never omitted where the spec says that the environment has masks
   * @param start `[N]`, 1 where an episode begins with this observation; an agent with a memory, or noise with one, forgets there
   * what was before. Omitted: as 0. Each mode has a memory of its own, so evaluation leaves that of training alone; another N
   * begins anew.
   * @param progress of the run, for schedules of exploration, given by training loops; omitted: as it was last told
   * @returns actions of the action space, as the environment takes them: `[N]` for `Discrete` (from its `start` on), else `[N, K]`;
   * whole numbers come as `Int32Array`; the array is reused by the next call
   */
  act(
    obs: NumericArray,
    mode: ActMode,
    actionMask?: Uint8Array,
    start?: Uint8Array,
    progress?: Progress,
  ): MaybePromise<NumericArray>;
}

/** A greedy policy as plain data: all it takes to act, nothing to go on training with. */
export interface Policy {
  /** Whose policy the weights are, for example `ppo`. */
  readonly algorithm: string;
  /** Full configuration of the agent. */
  readonly config: { readonly [key: string]: StateValue };
  /** The environment it was trained for. */
  readonly spec: EnvSpec;
  /** `[P]`, in the order of the policy's layout; behind them the statistics of the wrappers that normalised its observations. */
  readonly weights: Float32Array;
  /**
   * To what the wrappers clip that normalised its observations, the innermost first. They are part of the policy: it takes
   * observations as they were in front of them. Absent: there were none.
   */
  readonly observationClips?: readonly number[];
}

/** An agent as loops, checkpoints and evaluation see it. */
export interface Agent<Config = unknown> extends Actor {
  /** Name on the command line, for example `ppo`. */
  readonly algorithm: string;
  readonly config: Readonly<Config>;
  state(): MaybePromise<AgentState>;
  restore(state: AgentState): MaybePromise<void>;
  /** What its user should know of environment and settings before it is trained; new runs tell it as events. Omitted: nothing. */
  readonly warnings?: readonly string[];
  /** Forgets the episodes in progress, which do not go on: what it sees next begins new ones. Absent where it remembers none. */
  cut?(): void;
  /** The present greedy policy, to save or export. Absent where it is no pure function of the present observation. */
  policy?(): MaybePromise<Policy>;
  /** Frees what the engine holds. */
  dispose(): void;
}

/** T steps of N environments, `[T, N, …]` row-major, as collected by one policy. */
export interface Rollout {
  readonly numSteps: number;
  readonly numEnvs: number;
  /** `[T, N, D]` */
  readonly obs: NumericArray;
  /** `[T, N]` or `[T, N, K]`, values of the action space */
  readonly action: NumericArray;
  /** `[T, N]` */
  readonly reward: Float32Array;
  /** `[T, N]` */
  readonly terminated: Uint8Array;
  /** `[T, N]` */
  readonly truncated: Uint8Array;
  /** `[T, N]`: log-probability of the action taken, as the agent reported it. */
  readonly logProb: Float32Array;
  /** `[T, N]`: V(obs), as the agent reported it. */
  readonly value: Float32Array;
  /** `[T, N]`: V of what really followed: of `obs[t + 1]`, of the true last observation where truncated, 0 where terminated. */
  readonly nextValue: Float32Array;
  /** `[T, N, A]`, present when the environment masks actions. */
  readonly actionMask?: Uint8Array;
  /** What an agent with a memory needs beside; absent for all others. */
  readonly recurrence?: Recurrence;
}

/** Where the episodes of a rollout begin, and what the agent remembered. */
export interface Recurrence {
  /** `[T, N]`: 1 where an episode begins. */
  readonly start: Uint8Array;
  /**
   * `[T, N, M]`: what the agent remembers of the step; of a network with memory, that before the observation was seen, 0 where an
   * episode begins.
   */
  readonly memory: Float32Array;
}

/** What an update tells. */
export interface UpdateResult {
  readonly metrics: Metrics;
  /** `[B]`: how much the rows of the batch were off, for `updatePriorities` of the replay; absent where nothing asks for it. */
  readonly priorities?: Float32Array;
}

/** Learns from what its present policy collected. */
export interface OnPolicyAgent<Config = unknown> extends Agent<Config> {
  /** Steps per environment between two updates. */
  readonly rolloutLength: number;
  readonly numEnvs: number;
  /** M, numbers that the agent remembers per environment; absent where it has no memory. */
  readonly memorySize?: number;
  /**
   * As `act` in mode `explore`, and writes log-probabilities and values (`[N]` each) for the rollout.
   * @param recurrence of this step, `[N]` and `[N, M]`: says where episodes begin, and takes the memory; given to agents with a
   * `memorySize`
   */
  explore(
    obs: NumericArray,
    logProb: Float32Array,
    value: Float32Array,
    actionMask?: Uint8Array,
    recurrence?: Recurrence,
  ): MaybePromise<NumericArray>;
  /**
   * V(obs) for N rows of `[N, D]`, written to `value` `[N]`. With a memory: of what is seen next, in the episodes of the last
   * `explore`.
   */
  value(obs: NumericArray, value: Float32Array): MaybePromise<void>;
  update(rollout: Rollout, progress: Progress): MaybePromise<UpdateResult>;
}

/** A batch of B transitions. `discount` carries everything about ends and horizons, so losses need no special case. */
export interface TransitionBatch {
  readonly size: number;
  /** `[B, D]` */
  readonly obs: NumericArray;
  /** `[B]` or `[B, K]`, values of the action space */
  readonly action: NumericArray;
  /** `[B]`: reward, summed with discount over n steps where the source does so. */
  readonly reward: Float32Array;
  /** `[B, D]`: the true successor. */
  readonly nextObs: NumericArray;
  /** `[B]`: γⁿ, or 0 after a termination. */
  readonly discount: Float32Array;
  /** `[B]`: importance weights; absent means 1. */
  readonly weight?: Float32Array;
  /** `[B]`: where the rows come from, for new priorities. */
  readonly index?: Int32Array;
  /** `[B, A]`: legal actions in `obs`, present when the environment masks actions. */
  readonly actionMask?: Uint8Array;
  /** `[B, A]`: legal actions in `nextObs`, present with `actionMask`. */
  readonly nextActionMask?: Uint8Array;
}

/** Where off-policy agents get their batches: replay memory, prioritised replay, hindsight, a fixed data set. */
export interface ReplaySource {
  /** Transitions that can be sampled. */
  readonly size: number;
  /** Draws with replacement. The arrays of the batch are reused by the next call. */
  sample(batchSize: number, rng: Rng): TransitionBatch;
  /** New priorities (absolute TD errors) `[B]` for rows `index` `[B]`. */
  updatePriorities?(index: Int32Array, priority: Float32Array): void;
  state(): AgentState;
  restore(state: AgentState): void;
}

/** N transitions of one vector step, as the collector stores them. */
export interface TransitionRows {
  readonly obs: NumericArray;
  readonly action: NumericArray;
  readonly reward: Float32Array;
  /** `[N, D]`: true successors (`finalObs` where an episode ended). */
  readonly nextObs: NumericArray;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  /** `[N, A]`: legal actions in `obs`. */
  readonly actionMask?: Uint8Array;
  /** `[N, A]`: legal actions in `nextObs`. */
  readonly nextActionMask?: Uint8Array;
}

/** A replay source that the collector can add to. */
export interface ReplayBuffer extends ReplaySource {
  /** Adds N transitions, one per environment, in order. Overwrites the oldest when full. */
  add(rows: TransitionRows): void;
  /** Cuts off the episodes in progress: what is added next begins new ones. Absent where no row is read with another one. */
  cut?(): void;
}

/** Learns from transitions of any policy. */
export interface OffPolicyAgent<Config = unknown> extends Agent<Config> {
  readonly numEnvs: number;
  readonly batchSize: number;
  /** Environment steps before the first update; until then most agents act uniformly. */
  readonly learningStarts: number;
  /** Environment steps, over all copies, between two rounds of updates. */
  readonly trainEverySteps: number;
  /** Updates per round. */
  readonly gradientSteps: number;
  /** @param progress as it was when the last action was chosen */
  update(batch: TransitionBatch, progress: Progress): MaybePromise<UpdateResult>;
}

/** Learns from a fixed set of transitions. An off-policy agent is one too. */
export interface OfflineAgent<Config = unknown> extends Agent<Config> {
  readonly batchSize: number;
  update(batch: TransitionBatch, progress: Progress): MaybePromise<UpdateResult>;
  /**
   * Takes observations `[S, D]` into the statistics that it normalises by, before it learns from them. Absent where it has none.
   */
  observe?(obs: NumericArray): void;
}
