import {
  type Activation,
  combine,
  constant,
  type EntropicDistribution,
  observationNetwork,
  type ParameterLayout,
  type Params,
  type PolicyNetwork,
  parameter,
  prefixLayout,
} from '@zpin/core';
import type { EnvSpec, Rng } from '@zpin/core/spec';
import * as tf from '@tensorflow/tfjs';
import { type PolicyHead, policyHead } from './policy-head.ts';

export interface ActorCriticOptions {
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  /** First log standard deviation of continuous actions. */
  readonly initialLogStd: number;
}

/** A policy π(a|s) and a value V(s) in one parameter vector. */
export interface ActorCritic {
  readonly layout: ParameterLayout;
  readonly head: PolicyHead;
  init(rng: Rng): Float32Array;
  /** @param obs `[B, D]` flat observations @param mask `[B, A]`, 1 = legal */
  policy(params: Params, obs: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
  /** V(obs) `[B]`. */
  value(params: Params, obs: tf.Tensor): tf.Tensor;
  /** The mode of π, as the environment takes it. Its parameters are the first of the vector. */
  readonly greedy: PolicyNetwork;
}

/**
 * Separate networks for policy and value. The last layer of the policy starts near 0, so that the first policy is near uniform.
 * @throws SpaceError for action spaces that no head fits
 */
export function actorCritic(algorithm: string, spec: EnvSpec, options: ActorCriticOptions): ActorCritic {
  const { hiddenSizes, activation, initialLogStd } = options;
  const head = policyHead(algorithm, spec);
  const common = { hiddenSizes, activation };
  const policy = observationNetwork(spec.observationSpace, { ...common, outputSize: head.outputSize, outputGain: 0.01 });
  const value = observationNetwork(spec.observationSpace, { ...common, outputSize: 1 });
  const logStd = parameter([Math.max(1, head.logStdSize)], constant(initialLogStd));
  const both = combine({ policy, value });
  const { layout, init, parts } = head.logStdSize === 0 ? both : combine({ policy, value, logStd });
  return {
    layout,
    head,
    init,
    policy: (params, obs, mask) => head.distribution(parts.policy.apply(params, obs), params['logStd/value'], mask),
    greedy: {
      layout: prefixLayout('policy', policy.layout),
      act: (params, obs, mask) => head.mode(parts.policy.apply(params, obs), mask),
    },
    value: (params, obs) => tf.reshape(parts.value.apply(params, obs), [-1]),
  };
}
