import type * as tf from '@tensorflow/tfjs-core';
import { describeSpace, type EnvSpec, flatSize, message, type Rng, SpaceError } from '@zpin/contracts';
import {
  type Acting,
  Categorical,
  maskedProgram,
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

/** π(a|s): a probability for each of `numActions` actions, 0 where the mask `[B, A]` has 0. */
export interface CategoricalActor extends Network<readonly [obs: tf.Tensor, mask?: tf.Tensor | undefined], Categorical> {
  /** A */
  readonly numActions: number;
  /** The action of the first score. */
  readonly firstAction: number;
  /** Log-probabilities up to a constant of each row: `[B, D]` → `[B, A]`. */
  readonly scores: Network;
  readonly greedy: PolicyNetwork;
}

/** @param algorithm named in errors @throws SpaceError unless actions are `Discrete` */
export function categoricalActor(algorithm: string, spec: EnvSpec, config: NetworkConfig): CategoricalActor {
  const { actionSpace, observationSpace } = spec;
  if (actionSpace.type !== 'discrete') {
    const isContinuous = actionSpace.type === 'box' && actionSpace.dtype === 'float32';
    const remedy = isContinuous ? 'Use sac' : 'Use ppo, or flatten the actions';
    throw new SpaceError(message(algorithm, `actions of ${spec.id} must be Discrete`, describeSpace(actionSpace), remedy));
  }
  const { hiddenSizes, convolutions, activation } = config;
  const { n: numActions, start: firstAction } = actionSpace;
  const options = { hiddenSizes, convolutions, activation, outputSize: numActions, initialization: 'fan-in' } as const;
  const scores = observationNetwork(observationSpace, options);
  const { layout, init } = scores;
  const apply: CategoricalActor['apply'] = (params, obs, mask) => new Categorical(scores.apply(params, obs), mask, firstAction);
  const greedy: PolicyNetwork = { layout, act: (params, obs, mask) => apply(params, obs, mask).mode() };
  return { numActions, firstAction, scores, layout, init, apply, greedy };
}

/** What acting reads of the settings. */
export interface CategoricalActingConfig {
  /** Environment steps of uniform actions. */
  readonly learningStarts: number;
}

/**
 * How an agent with a policy over discrete actions acts: uniformly before it learns, then by a sample, or by the mode when asked
 * to be greedy.
 */
export function categoricalActing(options: ActingOptions<CategoricalActor, CategoricalActingConfig>): Acting {
  const { algorithm, spec, actor, store, rng, config } = options;
  const { numActions, layout, apply, greedy } = actor;
  const obsInput = observationInput(spec.observationSpace);
  const exploreProgram = maskedProgram(numActions, mask =>
    program(store, {
      name: `${algorithm}.explore`,
      inputs: { obs: obsInput, noise: ['batch'], ...mask },
      run: (state, { obs, noise, mask }) => ({
        outputs: { action: apply(unflattenParams(layout, state.actor), obs, mask).sample(noise) },
      }),
    }),
  );
  const exploitProgram = maskedProgram(numActions, mask =>
    program(store, {
      name: `${algorithm}.exploit`,
      inputs: { obs: obsInput, ...mask },
      run: (state, { obs, mask }) => ({ outputs: { action: greedy.act(unflattenParams(layout, state.actor), obs, mask) } }),
    }),
  );
  const obsSize = flatSize(spec.observationSpace);
  const numbers = new Scratch();

  return {
    async act(obs, mode, mask, _start, progress = { step: 0, totalSteps: 1 }) {
      const inputs = { obs, ...(mask && { mask }) };
      if (mode === 'exploit') return (await exploitProgram.for(mask)(inputs)).outputs.action;
      const rows = obs.length / obsSize;
      if (progress.step < config.learningStarts) return uniformActions(rows, actor, rng, mask);
      const noise = rng.uniformInto(numbers.of(rows));
      return (await exploreProgram.for(mask)({ ...inputs, noise })).outputs.action;
    },
    memory: { actionRng: rng },
    dispose() {
      exploreProgram.dispose();
      exploitProgram.dispose();
    },
  };
}

/** A legal action per row, each with the same probability. @param mask `[N, A]`, 1 = legal @returns `[N]` */
function uniformActions(
  rows: number,
  { numActions, firstAction }: Pick<CategoricalActor, 'numActions' | 'firstAction'>,
  rng: Rng,
  mask?: Uint8Array,
): Int32Array {
  const actions = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const index = mask ? rng.choice(mask.subarray(i * numActions, (i + 1) * numActions)) : rng.integers(0, numActions);
    actions[i] = firstAction + index;
  }
  return actions;
}
