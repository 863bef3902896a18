import * as tf from '@tensorflow/tfjs';
import {
  type ActMode,
  type AgentState,
  type EnvSpec,
  flatSize,
  type NumericArray,
  type Rng,
  type RngState,
} from '@zpin/contracts';
import {
  type Activation,
  observationInput,
  observationNetwork,
  type Params,
  type PolicyNetwork,
  program,
  SquashedGaussian,
  type Store,
  unflattenParams,
} from '@zpin/core';
import { type ActionBox, actionBox } from './action-box.ts';
import { correlatedNoise } from './action-noise.ts';

/** Bounds of log σ: beyond them densities and their gradients leave the range of 32-bit floats. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-20, 2];

interface ActorConfig {
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
}

/** π(a|s): a normal distribution squashed by tanh, means and deviations from one network. */
export interface StochasticActor {
  readonly box: ActionBox;
  readonly layout: PolicyNetwork['layout'];
  init(rng: Rng): Float32Array;
  /** Distribution over [−1, 1]ᴷ. @param obs `[B, D]` */
  policy(params: Params, obs: tf.Tensor): SquashedGaussian;
  readonly greedy: PolicyNetwork;
}

/** @param algorithm named in errors @throws SpaceError unless actions are a `Box` of floats with finite bounds */
export function stochasticActor(algorithm: string, spec: EnvSpec, { hiddenSizes, activation }: ActorConfig): StochasticActor {
  const box = actionBox(algorithm, spec);
  const options = { hiddenSizes, activation, outputSize: 2 * box.size, initialization: 'fan-in' } as const;
  const { layout, init, apply } = observationNetwork(spec.observationSpace, options);
  const policy = (params: Params, obs: tf.Tensor): SquashedGaussian => {
    const [mean, logStd] = tf.split(apply(params, obs), 2, 1);
    return new SquashedGaussian(mean, tf.clipByValue(logStd, MIN_LOG_STD, MAX_LOG_STD));
  };
  return { box, layout, init, policy, greedy: { layout, act: (params, obs) => box.fromUnit(policy(params, obs).mode()) } };
}

export interface StochasticActingOptions {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly actor: StochasticActor;
  /** Holds the policy's weights as `actor`. */
  readonly store: Store<{ readonly actor: Float32Array }>;
  readonly rng: Rng;
  readonly config: { readonly learningStarts: number; readonly noiseCorrelation: number };
}

/** How an agent with a stochastic policy acts: uniformly before it learns, then by a sample, or by the mode when asked to be greedy. */
export function stochasticActing({ algorithm, spec, actor, store, rng, config }: StochasticActingOptions) {
  const { box, layout, policy, greedy } = actor;
  const obsInput = observationInput(spec.observationSpace);
  const exploreProgram = program(store, {
    name: `${algorithm}.explore`,
    inputs: { obs: obsInput, noise: ['batch', box.size] },
    run: (state, { obs, noise }) => {
      const params = unflattenParams(layout, state.actor);
      return { outputs: { action: box.fromUnit(policy(params, obs).sample(noise)) } };
    },
  });
  const exploitProgram = program(store, {
    name: `${algorithm}.exploit`,
    inputs: { obs: obsInput },
    run: (state, { obs }) => ({ outputs: { action: greedy.act(unflattenParams(layout, state.actor), obs) } }),
  });
  const obsSize = flatSize(spec.observationSpace);
  const noise = correlatedNoise({ rng, correlation: config.noiseCorrelation });
  let numbers = new Float32Array(0);
  let step = 0;

  return {
    progress(now: number): void {
      step = now;
    },
    async act(obs: NumericArray, mode: ActMode): Promise<NumericArray> {
      if (mode === 'exploit') return (await exploitProgram({ obs })).outputs.action;
      const size = (obs.length / obsSize) * box.size;
      if (numbers.length !== size) numbers = new Float32Array(size);
      if (step < config.learningStarts) return box.uniformInto(numbers, rng);
      return (await exploreProgram({ obs, noise: noise.next(numbers) })).outputs.action;
    },
    state: (): AgentState => ({ rng: rng.state(), noise: noise.state() }),
    restore(state: AgentState): void {
      rng.restore(state.rng as RngState);
      noise.restore(state.noise as AgentState);
    },
    dispose(): void {
      exploreProgram.dispose();
      exploitProgram.dispose();
    },
  };
}
