import * as tf from '@tensorflow/tfjs-core';
import { type EnvSpec, field, flatSize, shareDone, type ValuesOf, valueAt } from '@zpin/contracts';
import {
  type Acting,
  type Network,
  observationInput,
  observationNetwork,
  type PolicyNetwork,
  program,
  Scratch,
  unflattenParams,
} from '@zpin/core';
import type { NetworkConfig } from '../actor-critic/actor-critic-fields.ts';
import type { ActingOptions } from './acting-options.ts';
import { type ActionBox, actionBox } from './action-box.ts';
import { actingMemory, gaussianNoise, ornsteinUhlenbeckNoise } from './action-noise.ts';
import { greedyProgram } from './greedy-program.ts';

/** Settings of the noise that a deterministic policy explores with. */
export const explorationFields = {
  noise: field.choice(['gaussian', 'ornstein-uhlenbeck'], {
    default: 'gaussian',
    meaning: 'kind of exploration noise: independent at each step, or drifting',
  }),
  noiseScale: field.scheduled({
    min: 0,
    default: 0.1,
    unit: 'half widths of the action box',
    meaning: 'scale of exploration noise (σ)',
  }),
  ouTheta: field.number({ above: 0, max: 1, default: 0.15, meaning: 'how fast drifting noise falls back to 0 (θ)' }),
  ouTimeStep: field.number({
    above: 0,
    max: 1,
    default: 1,
    meaning: 'time of one step for drifting noise; 0.01 makes it last for hundreds of steps',
  }),
  randomActionProbability: field.probability({
    default: 0,
    meaning: 'share of exploring actions that are uniform over the box instead',
  }),
};

/** μ(s) = tanh(network(s)): actions in [−1, 1]ᴷ of observations, `[B, D]` → `[B, K]`, and the policy that plays them. */
export interface DeterministicActor extends Network<readonly [obs: tf.Tensor]> {
  readonly box: ActionBox;
  readonly greedy: PolicyNetwork;
}

/**
 * A policy that gives one action, brought into the bounds of the space by tanh.
 * @param algorithm named in errors @throws SpaceError unless actions are a `Box` of floats with finite bounds
 */
export function deterministicActor(algorithm: string, spec: EnvSpec, config: NetworkConfig): DeterministicActor {
  const { hiddenSizes, convolutions, activation } = config;
  const box = actionBox(algorithm, spec);
  const options = { hiddenSizes, convolutions, activation, outputSize: box.size, initialization: 'fan-in' } as const;
  const { layout, init, apply: score } = observationNetwork(spec.observationSpace, options);
  const apply: DeterministicActor['apply'] = (params, obs) => tf.tanh(score(params, obs));
  return { box, layout, init, apply, greedy: { layout, act: (params, obs) => box.fromUnit(apply(params, obs)) } };
}

/** What acting with noise reads of the settings. */
export interface NoisyActingConfig extends Readonly<ValuesOf<typeof explorationFields>> {
  /** Environment steps of uniform actions. */
  readonly learningStarts: number;
}

/**
 * How an agent with a deterministic policy acts: uniformly before it learns, then a = clip(μ(s) + σ noise), or now and then
 * uniformly; greedily when asked to.
 */
export function noisyActing(options: ActingOptions<DeterministicActor, NoisyActingConfig>): Acting {
  const { algorithm, spec, actor, store, rng, config } = options;
  const { box, layout, apply } = actor;
  const exploreProgram = program(store, {
    name: `${algorithm}.explore`,
    inputs: { obs: observationInput(spec.observationSpace), noise: ['batch', box.size], scale: [] },
    run: (state, { obs, noise, scale }) => {
      const noisy = tf.add(apply(unflattenParams(layout, state.actor), obs), tf.mul(noise, scale));
      return { outputs: { action: box.fromUnit(tf.clipByValue(noisy, -1, 1)) } };
    },
  });
  const exploitProgram = greedyProgram(options);
  const { learningStarts, noiseScale, ouTheta: theta, ouTimeStep: timeStep, randomActionProbability } = config;
  const noise = config.noise === 'gaussian' ? gaussianNoise(rng) : ornsteinUhlenbeckNoise({ rng, theta, timeStep });
  const obsSize = flatSize(spec.observationSpace);
  const numbers = new Scratch();
  const scale = new Float32Array(1);

  return {
    async act(obs, mode, _mask, start, progress = { step: 0, totalSteps: 1 }) {
      if (mode === 'exploit') return (await exploitProgram({ obs })).outputs.action;
      const drawn = numbers.of((obs.length / obsSize) * box.size);
      if (progress.step < learningStarts) return box.uniformInto(drawn, rng);
      scale[0] = valueAt(noiseScale, shareDone(progress));
      const { action } = (await exploreProgram({ obs, noise: noise.next(drawn, start), scale })).outputs;
      if (randomActionProbability === 0) return action;
      drawn.set(action);
      for (let at = 0; at < drawn.length; at += box.size) {
        if (rng.random() < randomActionProbability) box.uniformInto(drawn.subarray(at, at + box.size), rng);
      }
      return drawn;
    },
    memory: { acting: actingMemory(rng, noise) },
    dispose() {
      exploreProgram.dispose();
      exploitProgram.dispose();
    },
  };
}
