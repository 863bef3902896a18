import {
  type AgentState,
  type EnvSpec,
  type MaybePromise,
  type Metrics,
  type OffPolicyAgent,
  type Rng,
  type RngState,
  type Schedule,
  type StateValue,
  type TransitionBatch,
  valueAt,
} from '@zpin/contracts';
import type { ProgramResult, Store } from '@zpin/core';
import { importanceWeights } from './importance-weights.ts';
import { type NormalizationConfig, normalizedAgent } from './normalized-agent.ts';
import type { stochasticActing } from './stochastic-actor.ts';

/** Settings that every soft actor-critic has. */
interface SoftConfig extends NormalizationConfig {
  readonly numEnvs: number;
  readonly batchSize: number;
  readonly learningStarts: number;
  readonly trainEverySteps: number;
  readonly gradientSteps: number;
  readonly learningRate: Schedule;
}

/** A minibatch with its noise, as the update programs of soft actor-critics take it. */
export interface SoftBatch extends Pick<TransitionBatch, 'obs' | 'action' | 'reward' | 'nextObs' | 'discount'> {
  /** `[B]`: weights of the losses. */
  readonly weight: Float32Array;
  /** `[B, K]`: standard normal, for the actions of the policy loss. */
  readonly noise: Float32Array;
  /** `[B, K]`: standard normal, for the actions of the targets. */
  readonly nextNoise: Float32Array;
  /** `[1]` */
  readonly learningRate: Float32Array;
}

export interface SoftAgentOptions<Config extends SoftConfig & Readonly<Record<string, StateValue>>> {
  /** Name on the command line. */
  readonly algorithm: string;
  readonly config: Config;
  readonly spec: EnvSpec;
  /** K, numbers of an action. */
  readonly actionSize: number;
  /** Holds the policy's weights as `actor`. */
  readonly store: Store;
  readonly acting: ReturnType<typeof stochasticActing>;
  /** Generator of the noise, and of what else an update draws. */
  readonly updateRng: Rng;
  /** Runs one update; its output `error` `[B]` becomes the new priorities. */
  learn(batch: SoftBatch): MaybePromise<ProgramResult<'error'>>;
  /** What is freed with the agent besides the store and acting. */
  readonly programs: readonly { dispose(): void }[];
  /** What the algorithm counts besides, for checkpoints. */
  readonly counters?: { save(): Readonly<Record<string, StateValue>>; load(state: AgentState): void };
}

/** The agent around an update of SAC's kind: schedule, noise, priorities, checkpoints. The algorithm itself is in `learn`. */
export function softAgent<Config extends SoftConfig & Readonly<Record<string, StateValue>>>(
  options: SoftAgentOptions<Config>,
): OffPolicyAgent<Config> {
  const { algorithm, config, spec, actionSize, store, acting, updateRng, learn, programs, counters } = options;
  const learningRate = new Float32Array(1);
  const weightsOf = importanceWeights();
  let priorities: Float32Array | undefined;
  let noise = new Float32Array(0);
  let nextNoise = new Float32Array(0);
  let step = 0;
  let plannedSteps = 1;

  function progress(now: number, totalSteps: number): void {
    step = now;
    plannedSteps = totalSteps;
    learningRate[0] = valueAt(config.learningRate, now / totalSteps);
    acting.progress(now);
  }

  const agent: OffPolicyAgent<Config> = {
    algorithm,
    config,
    numEnvs: config.numEnvs,
    batchSize: config.batchSize,
    learningStarts: config.learningStarts,
    trainEverySteps: config.trainEverySteps,
    gradientSteps: config.gradientSteps,
    act: acting.act,
    progress,

    async update(batch: TransitionBatch): Promise<Metrics> {
      const { size, obs, action, reward, nextObs, discount } = batch;
      if (noise.length !== size * actionSize) {
        noise = new Float32Array(size * actionSize);
        nextNoise = new Float32Array(size * actionSize);
      }
      updateRng.standardNormalInto(noise);
      updateRng.standardNormalInto(nextNoise);
      const weight = weightsOf(batch);
      const { outputs, metrics } = await learn({
        obs,
        action,
        reward,
        nextObs,
        discount,
        weight,
        noise,
        nextNoise,
        learningRate,
      });
      priorities = outputs.error as Float32Array;
      return metrics;
    },

    get priorities() {
      return priorities;
    },

    async state(): Promise<AgentState> {
      const vectors = await store.state();
      return { vectors, acting: acting.state(), updateRng: updateRng.state(), ...counters?.save(), step, plannedSteps };
    },

    restore(state) {
      store.restore(state.vectors as Record<string, Float32Array>);
      acting.restore(state.acting as AgentState);
      updateRng.restore(state.updateRng as RngState);
      counters?.load(state);
      progress(state.step as number, state.plannedSteps as number);
    },

    async policy() {
      return { algorithm, config, spec, weights: await store.read('actor') };
    },

    dispose() {
      for (const compiled of [acting, ...programs]) compiled.dispose();
      store.dispose();
    },
  };
  return normalizedAgent(agent, spec);
}
