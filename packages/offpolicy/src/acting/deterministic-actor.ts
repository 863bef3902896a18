import * as tf from '@tensorflow/tfjs';
import {
  type ActMode,
  type AgentState,
  type EnvSpec,
  flatSize,
  type NumericArray,
  type Rng,
  type RngState,
  type Schedule,
  valueAt,
} from '@zpin/contracts';
import {
  type Activation,
  field,
  type InputShape,
  observationInput,
  observationNetwork,
  type Params,
  type PolicyNetwork,
  probability,
  program,
  type Store,
  scheduled,
  unflattenParams,
} from '@zpin/core';
import { z } from 'zod';
import { type ActionBox, actionBox } from './action-box.ts';
import { type ActionNoise, gaussianNoise, ornsteinUhlenbeckNoise } from './action-noise.ts';

/** Settings of the noise that a deterministic policy explores with. */
export const explorationFields = {
  noise: field(z.enum(['gaussian', 'ornstein-uhlenbeck']), {
    default: 'gaussian',
    meaning: 'kind of exploration noise: independent at each step, or drifting',
  }),
  noiseScale: scheduled(z.number().nonnegative(), {
    default: 0.1,
    unit: 'half widths of the action box',
    meaning: 'scale of exploration noise (σ)',
  }),
  ouTheta: field(z.number().gt(0).max(1), { default: 0.15, meaning: 'how fast drifting noise falls back to 0 (θ)' }),
  ouTimeStep: field(z.number().gt(0).max(1), {
    default: 1,
    meaning: 'time of one step for drifting noise; 0.01 makes it last for hundreds of steps',
  }),
  randomActionProbability: probability({
    default: 0,
    meaning: 'share of exploring actions that are uniform over the box instead',
  }),
};

interface ActorConfig {
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
}

/** a = tanh(network(s)) in [−1, 1]ᴷ, and the policy that plays it. */
export interface DeterministicActor {
  readonly box: ActionBox;
  readonly layout: PolicyNetwork['layout'];
  init(rng: Rng): Float32Array;
  /** `[B, D]` → `[B, K]` in [−1, 1]. */
  apply(params: Params, obs: tf.Tensor): tf.Tensor;
  readonly greedy: PolicyNetwork;
}

/** @param algorithm named in errors @throws SpaceError unless actions are a `Box` of floats with finite bounds */
export function deterministicActor(
  algorithm: string,
  spec: EnvSpec,
  { hiddenSizes, activation }: ActorConfig,
): DeterministicActor {
  const box = actionBox(algorithm, spec);
  const options = { hiddenSizes, activation, outputSize: box.size, initialization: 'fan-in' } as const;
  const { layout, init, apply: score } = observationNetwork(spec.observationSpace, options);
  const apply = (params: Params, obs: tf.Tensor) => tf.tanh(score(params, obs));
  return { box, layout, init, apply, greedy: { layout, act: (params, obs) => box.fromUnit(apply(params, obs)) } };
}

export interface NoisyActingOptions {
  /** Named in programs. */
  readonly algorithm: string;
  readonly spec: EnvSpec;
  readonly actor: DeterministicActor;
  /** Holds the policy's weights as `actor`. */
  readonly store: Store<{ readonly actor: Float32Array }>;
  readonly rng: Rng;
  readonly config: {
    readonly learningStarts: number;
    readonly noise: 'gaussian' | 'ornstein-uhlenbeck';
    readonly noiseScale: Schedule;
    readonly ouTheta: number;
    readonly ouTimeStep: number;
    readonly randomActionProbability: number;
  };
}

/**
 * How an agent with a deterministic policy acts: uniformly before it learns, then a = clip(μ(s) + σ noise), or now and then uniformly; greedily
 * when asked to.
 */
export function noisyActing({ algorithm, spec, actor, store, rng, config }: NoisyActingOptions) {
  const { box, layout } = actor;
  const obsInput: InputShape = observationInput(spec.observationSpace);
  const exploreProgram = program(store, {
    name: `${algorithm}.explore`,
    inputs: { obs: obsInput, noise: ['batch', box.size], scale: [] },
    run: (state, { obs, noise, scale }) => {
      const noisy = tf.add(actor.apply(unflattenParams(layout, state.actor), obs), tf.mul(noise, scale));
      return { outputs: { action: box.fromUnit(tf.clipByValue(noisy, -1, 1)) } };
    },
  });
  const exploitProgram = program(store, {
    name: `${algorithm}.exploit`,
    inputs: { obs: obsInput },
    run: (state, { obs }) => ({ outputs: { action: actor.greedy.act(unflattenParams(layout, state.actor), obs) } }),
  });
  const { ouTheta: theta, ouTimeStep: timeStep, randomActionProbability } = config;
  const noise: ActionNoise = config.noise === 'gaussian' ? gaussianNoise(rng) : ornsteinUhlenbeckNoise({ rng, theta, timeStep });
  const obsSize = flatSize(spec.observationSpace);
  const scale = new Float32Array(1);
  let numbers = new Float32Array(0);
  let step = 0;

  return {
    progress(now: number, totalSteps: number): void {
      step = now;
      scale[0] = valueAt(config.noiseScale, now / totalSteps);
    },
    async act(obs: NumericArray, mode: ActMode, _mask?: Uint8Array, start?: Uint8Array): Promise<NumericArray> {
      if (mode === 'exploit') return (await exploitProgram({ obs })).outputs.action;
      const size = (obs.length / obsSize) * box.size;
      if (numbers.length !== size) numbers = new Float32Array(size);
      if (step < config.learningStarts) return box.uniformInto(numbers, rng);
      const inputs = { obs, noise: noise.next(numbers, start), scale };
      const action = (await exploreProgram(inputs)).outputs.action as Float32Array;
      if (randomActionProbability === 0) return action;
      for (let at = 0; at < size; at += box.size) {
        if (rng.random() < randomActionProbability) box.uniformInto(action.subarray(at, at + box.size), rng);
      }
      return action;
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
