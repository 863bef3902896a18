import * as tf from '@tensorflow/tfjs-core';
import { type EnvSpec, field, flatSize } from '@zpin/contracts';
import {
  type Acting,
  type Network,
  observationInput,
  observationNetwork,
  type PolicyNetwork,
  program,
  Scratch,
  SquashedGaussian,
  unflattenParams,
} from '@zpin/core';
import type { NetworkConfig } from '../actor-critic/actor-critic-fields.ts';
import type { ActingOptions } from './acting-options.ts';
import { type ActionBox, actionBox } from './action-box.ts';
import { actingMemory, correlatedNoise } from './action-noise.ts';
import { greedyProgram } from './greedy-program.ts';

/** Bounds of log σ: beyond them densities and their gradients leave the range of 32-bit floats. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-20, 2];

/** Settings of how a stochastic policy explores. */
export const correlationField = {
  noiseCorrelation: field.number({
    min: 0,
    below: 1,
    default: 0,
    meaning: 'correlation of the noise of exploring actions from step to step; 0: independent',
  }),
};

/**
 * π(a|s): a normal distribution squashed by tanh, means and deviations from one network. As a network it gives the distribution
 * over [−1, 1]ᴷ of observations `[B, D]`.
 */
export interface StochasticActor extends Network<readonly [obs: tf.Tensor], SquashedGaussian> {
  readonly box: ActionBox;
  readonly greedy: PolicyNetwork;
}

/**
 * A policy that gives a Gaussian, which tanh brings into the bounds of the space.
 * @param algorithm named in errors @throws SpaceError unless actions are a `Box` of floats with finite bounds
 */
export function stochasticActor(algorithm: string, spec: EnvSpec, config: NetworkConfig): StochasticActor {
  const { hiddenSizes, convolutions, activation } = config;
  const box = actionBox(algorithm, spec);
  const options = { hiddenSizes, convolutions, activation, outputSize: 2 * box.size, initialization: 'fan-in' } as const;
  const { layout, init, apply: score } = observationNetwork(spec.observationSpace, options);
  const apply: StochasticActor['apply'] = (params, obs) => {
    const [mean, logStd] = tf.split(score(params, obs), 2, 1);
    return new SquashedGaussian(mean, tf.clipByValue(logStd, MIN_LOG_STD, MAX_LOG_STD));
  };
  return { box, layout, init, apply, greedy: { layout, act: (params, obs) => box.fromUnit(apply(params, obs).mode()) } };
}

/** What acting reads of the settings. */
export interface StochasticActingConfig {
  /** Environment steps of uniform actions; none when omitted. */
  readonly learningStarts?: number;
  /** Correlation of the noise of exploring actions from step to step, in [0, 1); 0 when omitted. */
  readonly noiseCorrelation?: number;
}

/**
 * How an agent with a stochastic policy acts: uniformly before it learns, then by a sample, or by the mode when asked to be
 * greedy.
 */
export function stochasticActing(options: ActingOptions<StochasticActor, StochasticActingConfig>): Acting {
  const { algorithm, spec, actor, store, rng, config } = options;
  const { learningStarts = 0, noiseCorrelation: correlation = 0 } = config;
  const { box, layout, apply } = actor;
  const exploreProgram = program(store, {
    name: `${algorithm}.explore`,
    inputs: { obs: observationInput(spec.observationSpace), noise: ['batch', box.size] },
    run: (state, { obs, noise }) => {
      const policy = apply(unflattenParams(layout, state.actor), obs);
      return { outputs: { action: box.fromUnit(policy.sample(noise)) } };
    },
  });
  const exploitProgram = greedyProgram(options);
  const obsSize = flatSize(spec.observationSpace);
  const noise = correlatedNoise({ rng, correlation });
  const numbers = new Scratch();

  return {
    async act(obs, mode, _mask, _start, progress = { step: 0, totalSteps: 1 }) {
      if (mode === 'exploit') return (await exploitProgram({ obs })).outputs.action;
      const drawn = numbers.of((obs.length / obsSize) * box.size);
      if (progress.step < learningStarts) return box.uniformInto(drawn, rng);
      return (await exploreProgram({ obs, noise: noise.next(drawn) })).outputs.action;
    },
    memory: { acting: actingMemory(rng, noise) },
    dispose() {
      exploreProgram.dispose();
      exploitProgram.dispose();
    },
  };
}
