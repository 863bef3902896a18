import * as tf from '@tensorflow/tfjs';
import type { EnvSpec, Rng } from '@zpin/contracts';
import { combine, dense, type EntropicDistribution, type ParameterLayout, type Params, paramsAt } from '@zpin/core';
import { type ActorCriticOptions, logStdOf, POLICY_GAIN } from './actor-critic.ts';
import { type PolicyHead, policyHead } from './policy-head.ts';
import { type RecurrentTrunk, type RecurrentTrunkOptions, recurrentTrunk } from './recurrent-trunk.ts';

export type RecurrentActorCriticOptions = ActorCriticOptions & Pick<RecurrentTrunkOptions, 'recurrentCell' | 'recurrentSize'>;

/** What a policy with a memory makes of one step of B episodes. */
export interface RecurrentStep {
  readonly distribution: EntropicDistribution;
  /** The mode of the policy, as the environment takes it. */
  readonly greedy: tf.Tensor;
  /** `[B]`: V */
  readonly value: tf.Tensor;
  /** `[B, M]`: to be remembered at the next step. */
  readonly memory: tf.Tensor;
}

/** A policy and a value that remember, in one parameter vector. */
export interface RecurrentActorCritic {
  readonly layout: ParameterLayout;
  readonly head: PolicyHead;
  init(rng: Rng): Float32Array;
  /** M, numbers remembered per episode. */
  readonly memorySize: number;
  /** @param obs `[B, D]` @param memory `[B, M]`, zeros where an episode begins @param mask `[B, A]`, 1 = legal */
  step(params: Params, obs: tf.Tensor, memory: tf.Tensor, mask?: tf.Tensor): RecurrentStep;
  /**
   * Runs through S sequences of L steps, one behind the other; gradients flow back to the first step of each.
   * @param obs `[S·L, D]` @param start `[S·L]`: 1 where an episode begins @param memory `[S, M]` before the first step @param mask `[S·L, A]`
   * @returns the policy in S·L states, and `value` `[S·L]`
   */
  unroll(
    params: Params,
    obs: tf.Tensor,
    start: tf.Tensor,
    memory: tf.Tensor,
    mask?: tf.Tensor,
  ): { readonly distribution: EntropicDistribution; readonly value: tf.Tensor };
}

/**
 * Networks with a memory for policy and value: separate ones, or two heads on one trunk (`sharedTrunk`).
 * @throws SpaceError for action spaces that no head fits
 */
export function recurrentActorCritic(
  algorithm: string,
  spec: EnvSpec,
  options: RecurrentActorCriticOptions,
): RecurrentActorCritic {
  const { hiddenSizes, activation, recurrentCell, recurrentSize, squashActions, sharedTrunk } = options;
  const head = policyHead(algorithm, spec, squashActions);
  const trunk = recurrentTrunk(spec.observationSpace, { hiddenSizes, activation, recurrentCell, recurrentSize });
  const layer = { inputSize: trunk.outputSize, initialization: 'orthogonal' } as const;
  const trunks = sharedTrunk ? { trunk: asNetwork(trunk) } : { trunk: asNetwork(trunk), valueTrunk: asNetwork(trunk) };
  const { layout, init, parts } = combine({
    ...trunks,
    policy: dense({ ...layer, outputSize: head.outputSize, gain: POLICY_GAIN }),
    value: dense({ ...layer, outputSize: 1 }),
    ...logStdOf(head, options),
  });
  const names = Object.keys(trunks);
  // The first trunk is the policy's, the last one the value's.
  const heads = (params: Params, outputs: readonly tf.Tensor[], mask: tf.Tensor | undefined) => {
    const output = parts.policy.apply(params, outputs[0] as tf.Tensor);
    return {
      distribution: head.distribution(output, params['logStd/value'], mask),
      greedy: head.mode(output, mask),
      value: tf.reshape(parts.value.apply(params, outputs[outputs.length - 1] as tf.Tensor), [-1]),
    };
  };
  const split = (memory: tf.Tensor) => (names.length === 1 ? [memory] : tf.split(memory, names.length, 1));
  return {
    layout,
    head,
    init,
    memorySize: names.length * trunk.memorySize,
    step(params, obs, memory, mask) {
      const before = split(memory);
      const steps = names.map((name, i) => trunk.step(paramsAt(name, params), obs, before[i] as tf.Tensor));
      const after = steps.map(step => step.memory);
      const outputs = steps.map(step => step.output);
      return { ...heads(params, outputs, mask), memory: after.length === 1 ? (after[0] as tf.Tensor) : tf.concat(after, 1) };
    },
    unroll(params, obs, start, memory, mask) {
      const before = split(memory);
      const outputs = names.map((name, i) => trunk.unroll(paramsAt(name, params), obs, start, before[i] as tf.Tensor));
      return heads(params, outputs, mask);
    },
  };
}

/** For its place in the parameter vector. */
const asNetwork = ({ layout, init, step }: RecurrentTrunk) => ({ layout, init, apply: step });
