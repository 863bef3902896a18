import type {
  Agent,
  EnvSpec,
  MaybePromise,
  OfflineAgent,
  OffPolicyAgent,
  OnPolicyAgent,
  ReplayPlan,
  Space,
  StateValue,
} from '@zpin/contracts';
import type { z } from 'zod';
import type { TrainEvent, TrainSummary } from '../loop/events.ts';
import type { PolicyNetwork } from '../nn/policy-network.ts';
import type { Engine } from '../program/engine.ts';
import type { DatasetTrainOptions, ReplayTrainOptions, TrainOptions } from './training-options.ts';

/** Tuned settings of an algorithm for one environment. */
export interface Preset<Config = object> {
  /** Steps after which the settings are known to reach the threshold. */
  readonly totalSteps: number;
  readonly config: Partial<Config>;
  /** Options of the environment, wrappers among them, for which the settings are meant; its defaults when omitted. */
  readonly envOptions?: Readonly<Record<string, StateValue>>;
  /** Hindsight replay for which the settings are meant, as `hindsight` of `@zpin/her` reads it: `future:4`; none when omitted. */
  readonly her?: string;
}

export interface CreateOptions<Config> {
  readonly spec: EnvSpec;
  /** Checked against `config` of the algorithm; omitted fields take their defaults. */
  readonly config?: Partial<Config>;
  readonly seed: number;
  readonly engine: Engine;
}

export interface PolicyOptions<Config> {
  readonly spec: EnvSpec;
  /** Complete, as `config` of the algorithm gave it. */
  readonly config: Config;
}

/** What an algorithm learns from: rollouts of its present policy, a replay memory, each step as it comes, or a data set alone. */
export type Regime = 'rollouts' | 'replay' | 'steps' | 'dataset';

/** Kinds of spaces that an algorithm takes; more is checked when an agent is made, for example whether bounds are finite. */
export interface TakenSpaces {
  readonly actions: readonly Space['type'][];
  /** Every kind when omitted. */
  readonly observations?: readonly Space['type'][];
}

/**
 * One algorithm as the front door, the command line and the documentation see it. Those of one regime have narrower types:
 * `RolloutAlgorithm`, `ReplayAlgorithm`, `StepAlgorithm`, `DatasetAlgorithm`.
 */
export interface Algorithm<Config = unknown, A extends Agent<Config> = Agent<Config>, Options = TrainOptions<A>> {
  /** Name on the command line, for example `ppo`. */
  readonly id: string;
  readonly title: string;
  /** Authors, year, title and identifier of the paper. */
  readonly paper: string;
  readonly learnsFrom: Regime;
  readonly spaces: TakenSpaces;
  /** Strict object schema: the only source of types, validation, flags and documentation. */
  readonly config: z.ZodType<Config>;
  /** By environment id; by `Atari/*` for all environments that begin so and have none of their own. `presetOf` finds the one that holds. */
  readonly presets: Readonly<Record<string, Preset<Config>>>;
  /** Copies of the environment that are stepped together under these settings. */
  copies(config: Config): number;
  /**
   * Times that each row of a batch goes through the network in one update: quantiles or actions drawn for it; 1 when omitted. Tells
   * how much memory a run takes.
   */
  samplesPerRow?(config: Config): number;
  /** True where training steps environments of its own, in workers, and leaves alone the one that it is given. */
  readonly playsElsewhere?: boolean;
  /** Builds an agent; a space that it cannot handle is a `SpaceError` that names what to use instead. */
  create(options: CreateOptions<Config>): MaybePromise<A>;
  /** The greedy policy as a pure function of the weights that `agent.policy()` gives; absent where agents have none. */
  policy?(options: PolicyOptions<Config>): PolicyNetwork;
  /** Trains an agent that `create` made. */
  train(options: Options): AsyncGenerator<TrainEvent, TrainSummary>;
}

/** Learns from rollouts of its present policy. */
export interface RolloutAlgorithm<Config = unknown, A extends OnPolicyAgent<Config> = OnPolicyAgent<Config>>
  extends Algorithm<Config, A> {
  readonly learnsFrom: 'rollouts';
}

/** Learns from a replay memory of what it played. */
export interface ReplayAlgorithm<Config = unknown, A extends Agent<Config> = OffPolicyAgent<Config>>
  extends Algorithm<Config, A, ReplayTrainOptions<A>> {
  readonly learnsFrom: 'replay';
  /**
   * What its settings ask of the memory; `null` where the memory is no matter of settings, and no other one can take its place.
   */
  replay(config: Config): ReplayPlan | null;
}

/** Learns from each step as it comes, and keeps nothing. */
export interface StepAlgorithm<Config = unknown, A extends Agent<Config> = Agent<Config>> extends Algorithm<Config, A> {
  readonly learnsFrom: 'steps';
}

/** Learns from a data set alone: its environment is only evaluated in, and its steps are gradient steps. */
export interface DatasetAlgorithm<Config = unknown, A extends OfflineAgent<Config> = OfflineAgent<Config>>
  extends Algorithm<Config, A, DatasetTrainOptions<A>> {
  readonly learnsFrom: 'dataset';
}

/** An algorithm of any regime, told apart by `learnsFrom`; of any settings when `Config` is omitted. */
export type AnyAlgorithm<Config = unknown> =
  | RolloutAlgorithm<Config>
  | ReplayAlgorithm<Config, Agent<Config>>
  | StepAlgorithm<Config>
  | DatasetAlgorithm<Config>;
