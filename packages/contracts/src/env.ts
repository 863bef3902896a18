import type { GoalOutcomes } from './goal-outcomes.ts';
import type { NumericArray } from './numeric-array.ts';
import type { Rng, RngState } from './rng.ts';
import type { Space } from './spaces/space.ts';

/** What is fixed about an environment: everything an agent needs before the first step. */
export interface EnvSpec {
  /** Registered name with version, for example `CartPole-v1`. */
  readonly id: string;
  readonly observationSpace: Space;
  readonly actionSpace: Space;
  /** Steps after which an episode is truncated; `null` when there is no limit. */
  readonly maxEpisodeSteps: number | null;
  /** Mean return over 100 episodes from which the task counts as solved; `null` when none is published. */
  readonly rewardThreshold: number | null;
  /**
   * Frames that each observation stacks along its last axis, the oldest first; absent where observations are no stacks. Replay
   * memories keep each frame once.
   */
  readonly frameStack?: number;
  /**
   * Whether some of the `Discrete` actions are illegal at times: then every info has an `actionMask`. Absent: every action is
   * legal.
   */
  readonly hasActionMask?: boolean;
  /**
   * Wrappers that change what is observed or what actions mean, the innermost first, such as `frame-stack:4`. Absent: none; null:
   * not known, as in files of earlier versions.
   */
  readonly wrappers?: readonly string[] | null;
  /** How observations are normalised on their way, the innermost first, so that it can go with a policy. Absent: not at all. */
  readonly normalizations?: readonly ObservationNormalization[];
}

/** What a wrapper that normalises observations does to them at present. */
export interface ObservationNormalization {
  /** Of the observations before it. */
  readonly observationSpace: Space;
  /** Largest absolute value of a normalised number. */
  readonly clip: number;
  /** `[2 D]`: what is taken from each number, and then what it is multiplied by, in 32 bits. */
  weights(): Float32Array;
  /** Statistics behind the weights, for checkpoints of the agent: an agent that is loaded brings them along. */
  state(): EnvState;
  restore(state: EnvState): void;
  /**
   * Takes the present weights of another one in place of its own, and measures nothing, until it is told null: evaluation by the
   * statistics of training. One whose statistics are frozen anyway stays as it is.
   */
  follow(other: ObservationNormalization | null): void;
}

/** Diagnostics beside the observation. */
export type EnvInfo = Readonly<Record<string, unknown>> & {
  /**
   * `[A]`, 1 = legal and 0 = illegal in the observation of the same result, at least one of them legal: the one key that
   * algorithms read. It is in every info of an environment whose spec has `hasActionMask`, and in no other; only after a
   * termination, where nothing follows, it may be absent or without a legal action.
   */
  readonly actionMask?: Uint8Array;
};

export interface ResetOptions {
  /**
   * Seed of the environment's generator, an integer in [0, 2^53); numpy's PCG64, so a seed starts where Gymnasium starts.
   * An `Rng` is used as it is (and advanced), so that a recorded generator can be replayed. Omitted: the generator goes on,
   * from seed 0 where there was none yet.
   */
  readonly seed?: number | Rng;
  /** Options of one environment, for example `{ low, high }` of CartPole. */
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface ResetResult<Obs> {
  readonly obs: Obs;
  readonly info: EnvInfo;
}

export interface StepResult<Obs> {
  readonly obs: Obs;
  readonly reward: number;
  /** The task itself ended: the value of what follows is 0. */
  readonly terminated: boolean;
  /** The episode was cut off from outside (time limit): the value of what follows is not 0. Never merged with `terminated`. */
  readonly truncated: boolean;
  readonly info: EnvInfo;
}

/** RGB picture, row by row from the top left. */
export interface Frame {
  readonly width: number;
  readonly height: number;
  /** `[height, width, 3]` in [0, 255]. */
  readonly data: Uint8ClampedArray;
}

/** Values of settings of an environment by their names: plain data. */
export type EnvParameters = Readonly<Record<string, StateValue>>;

/** Exact snapshot of an environment: plain JSON values and typed arrays, its generator among them. */
export type EnvState = Readonly<Record<string, StateValue>>;

/** What a state may be made of: JSON values and numeric arrays (kept with their type, bit for bit). */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | Float32Array
  | Float64Array
  | Int32Array
  | Uint32Array
  | Uint8Array
  | RngState
  | readonly StateValue[]
  | { readonly [key: string]: StateValue };

/**
 * What an environment itself pays, whatever wrappers around it make of it: it adds up until whoever reads it sets it to 0 again.
 * One object for the life of an environment, so that a step allocates nothing.
 */
export interface RewardTally {
  /** Rewards. */
  sum: number;
  /** Steps that paid them: 0 where nothing was counted. */
  steps: number;
}

/**
 * One environment with the semantics of Gymnasium. Obs is a typed array for `Box`, a number for `Discrete`, a record for `Dict`.
 */
export interface Env<Obs = unknown, Act = unknown> {
  readonly spec: EnvSpec;
  reset(options?: ResetOptions): ResetResult<Obs>;
  step(action: Act): StepResult<Obs>;
  render?(): Frame;
  /** Without `state` and `restore` an environment can be trained in, but runs go on with new episodes. */
  state?(): EnvState;
  restore?(state: EnvState): void;
  /** False where `state` is there but cannot answer, as in a wrapper around an environment without one. See `isResumable`. */
  readonly isResumable?: boolean;
  /**
   * What it has paid, for returns of episodes that no wrapper changes; passed on by what wraps it. Omitted: what it pays is what its
   * steps say.
   */
  readonly rewardTally?: RewardTally;
  /**
   * Changes settings from its next episode on; the one in progress goes on as it began. Spaces stay the same. Absent: they are fixed.
   * @throws InputError when a setting is unknown or out of range
   */
  setParameters?(parameters: EnvParameters): void;
  /**
   * Whether somebody reads what the next steps come to. Who skips frames sets it to false for the steps between: their `obs` need not
   * be made and means nothing, unless the episode ends with it; all else is as ever, and so are later observations. Resets are always
   * observed. Absent: every step is.
   */
  isObserved?: boolean;
  /** What the actions of a `Discrete` space are called, where they have names: of Atari games `NOOP`, `FIRE`, `UP` and so on. */
  readonly actionNames?: readonly string[];
  /** True counts as `hasActionMask` of the spec, for environments that find out only after that was made. */
  readonly hasActionMask?: boolean;
  close?(): void;
}

/** Whether the state of an environment can be saved and taken back, so that a run in it goes on bit for bit. */
export function isResumable(env: Env): boolean {
  return env.isResumable ?? Boolean(env.state && env.restore);
}

/**
 * Arrays that a vector environment writes into. The caller owns them; they are reused at every step.
 *
 * An observation is one flat row of D = `flatSize(observationSpace)` numbers in `flatLayout` order, of type `flatDtype`:
 * `Float32Array` for a float `Box`, `Uint8Array` for pixels and bits, `Int32Array` with D = 1 for `Discrete` (an index, not
 * one-hot). A `Dict` or `Tuple` whose parts have different types, or only float ones, becomes one `Float32Array` row.
 */
export interface VectorStep {
  /** `[N, D]`: what to act on next; after an end it is the first observation of the next episode. */
  readonly obs: NumericArray;
  /** `[N]` */
  readonly reward: Float32Array;
  /**
   * `[N]`: what the environments themselves paid, before wrappers changed it: what returns of episodes are made of. Absent: as
   * `reward`.
   */
  readonly rawReward?: Float32Array;
  /** `[N]`, 1 where the task ended. */
  readonly terminated: Uint8Array;
  /** `[N]`, 1 where the episode was cut off. */
  readonly truncated: Uint8Array;
  /** `[N, D]`: the true last observation; row `i` is written only where `terminated[i]` or `truncated[i]` is 1. */
  readonly finalObs: NumericArray;
  /** `[N, A]`, 1 = legal in `obs`; present when the environment has action masks. */
  readonly actionMask?: Uint8Array;
  /** `[N, A]`, 1 = legal in `finalObs`; present with `actionMask`, written only in the rows where `finalObs` is. */
  readonly finalActionMask?: Uint8Array;
  /**
   * `[N]`, 1 where the episode that ended had reached its goal; present when the environment has goals, written only in the rows
   * where `finalObs` is.
   */
  readonly success?: Uint8Array;
  /**
   * `[N]`: what the infos of the episode that ended told in numbers, one for each name; null where they told nothing. Present when
   * the environment has infos, written only in the rows where `finalObs` is.
   */
  readonly episodeInfo?: EpisodeInfo[];
}

/**
 * What the infos of an episode told in numbers: the mean over its steps; of truth values, and of what has `success` in its name, what
 * it was in the last step.
 */
export type EpisodeInfo = Readonly<Record<string, number>> | null;

/** Where another thread, or another machine, gets copies of an environment from: plain data. */
export interface EnvSource {
  readonly id: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Module that exports `loadEnv` and `makeVectorEnv`: the name of a package, or a URL. */
  readonly library: string;
  /**
   * URL of a module to import first, which registers the environment; absent for those of the library. Where it exports a promise
   * `ready`, the environment is known when that is settled.
   */
  readonly module?: string;
}

/** N copies of an environment stepped together. A copy that ends is reset in the same step. */
export interface VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  /** Where workers get copies of their own; absent when it was not made by name. */
  readonly source?: EnvSource;
  /** What transitions would have been with other goals; present when the environment has goals. */
  readonly goals?: GoalOutcomes;
  /**
   * False where copies cannot save their state: then `state` throws, and runs go on with new episodes. Omitted: true. It may become
   * false when `restore` finds out that it cannot do what it should.
   */
  readonly isResumable?: boolean;
  /** Makes arrays of the right types and sizes for `reset` and `step`. */
  createStep(): VectorStep;
  /**
   * Starts N new episodes and writes `out.obs`. `seed` s gives copy i the seed `copySeeds(s, N)[i]`; an array gives each its own;
   * omitted, each generator goes on, from those of seed 0 where there were none yet. Gymnasium seeds copy i with s + i, so that
   * neighbouring seeds share all copies but one; for its numbers, pass the array [s, s + 1, …].
   */
  reset(out: VectorStep, seed?: number | readonly number[]): void;
  /** `actions`: values of the action space, `[N]` for `Discrete` (from its `start` on), `[N, K]` for the others. */
  step(actions: NumericArray, out: VectorStep): void;
  /**
   * Changes settings of the environment: each copy has them from its next episode on, and the episode in progress goes on as it began.
   * Those that are not named are as the environment was made, whatever an earlier call said. The state holds them. Absent, or refused:
   * the settings are fixed.
   * @throws InputError when a setting is unknown or out of range, or the settings are fixed; SpaceError when they would change the spaces
   */
  setParameters?(parameters: EnvParameters): void;
  /**
   * What `setParameters` was told last; null before. Whoever plays in copies of their own, as workers do, plays with these. Absent where
   * `setParameters` is.
   */
  readonly parameters?: EnvParameters | null;
  /** Frame of copy `index` (0 when omitted). */
  render?(index?: number): Frame;
  state(): EnvState;
  restore(state: EnvState): void;
  close(): void;
}
