import type { Agent, EnvSpec, MaybePromise, ReplayBuffer, ReplaySource, Space, StateValue, VectorEnv } from '@zpin/contracts';
import type { z } from 'zod';
import type { PolicyNetwork } from '../policy/policy-network.ts';
import type { Engine } from '../program/engine.ts';
import type { TrainEvent, TrainState, TrainSummary } from './events.ts';

/** Tuned settings of an algorithm for one environment. */
export interface Preset<Config> {
  /** Environment steps after which the settings are known to reach the threshold. */
  readonly totalSteps: number;
  readonly config: Partial<Config>;
  /** Options of the environment, wrappers among them, for which the settings are meant; its defaults when omitted. */
  readonly envOptions?: Readonly<Record<string, StateValue>>;
  /** Hindsight replay for which the settings are meant, as `hindsight` of `@zpin/her` reads it: `future:4`; none when omitted. */
  readonly her?: string;
}

/** How often and on what the greedy policy is evaluated during training. */
export interface EvaluationPlan {
  /** Environment of its own, so that training is not disturbed. */
  readonly env: VectorEnv;
  readonly everySteps: number;
  readonly episodes: number;
  readonly seed: number;
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

/** A fixed set of transitions, as offline algorithms take it. */
export interface TransitionData {
  /** The environment that it is from. */
  readonly spec: EnvSpec;
  /** Transitions. */
  readonly size: number;
  /** The transitions to draw from. @param gamma discount per step, in [0, 1] @param nSteps steps summed into one reward; 1 when omitted */
  discounted(gamma: number, nSteps?: number): ReplaySource;
}

/** One training run as every loop takes it. */
export interface TrainOptions<A extends Agent = Agent> {
  readonly agent: A;
  readonly env: VectorEnv;
  /** Environment steps over all copies, or gradient steps of an offline algorithm, counted from the start of the run. */
  readonly totalSteps: number;
  /** Seeds the environments (and replay sampling); the agent has its own. */
  readonly seed: number;
  readonly evaluation?: EvaluationPlan;
  /** Environment steps between two `checkpoint` events; one always comes at the end. Omitted: only that one. */
  readonly checkpointEverySteps?: number;
  /** State of a `checkpoint` event to go on from. */
  readonly resume?: TrainState;
  /** Where an off-policy algorithm stores transitions and gets its batches; its own replay memory when omitted. */
  readonly makeReplay?: MakeReplay;
  /** What an offline algorithm learns from; the others take none. */
  readonly dataset?: TransitionData;
  /** Stops after the step in progress; a `checkpoint` event still comes. */
  readonly signal?: AbortSignal;
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

/** One algorithm as the command line and the documentation see it: the only list of what exists is made of these. */
export interface Algorithm<Config = unknown> {
  /** Name on the command line, for example `ppo`. */
  readonly id: string;
  readonly title: string;
  /** Authors, year, title and identifier of the paper. */
  readonly paper: string;
  /** Strict object schema: the only source of types, validation, flags and documentation. */
  readonly config: z.ZodType<Config>;
  /** Learns from the `dataset` of the training options alone: its environment is only evaluated in, and its steps are gradient steps. */
  readonly isOffline?: boolean;
  /** By environment id. */
  readonly presets: Readonly<Record<string, Preset<Config>>>;
  /** Builds an agent; a space that it cannot handle is a `SpaceError` that names what to use instead. */
  create(options: CreateOptions<Config>): MaybePromise<Agent<Config>>;
  /** The greedy policy as a pure function of the weights that `agent.policy()` gives; absent where agents have none. */
  policy?(options: PolicyOptions<Config>): PolicyNetwork;
  /** Trains an agent that `create` made. */
  train(options: TrainOptions): AsyncGenerator<TrainEvent, TrainSummary>;
}
