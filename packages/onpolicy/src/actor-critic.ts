import * as tf from '@tensorflow/tfjs';
import {
  type Activation,
  combine,
  constant,
  type EntropicDistribution,
  field,
  hiddenSizes,
  type Network,
  observationNetwork,
  type ParameterLayout,
  type Params,
  type PolicyNetwork,
  parameter,
  prefixLayout,
  unflattenParams,
} from '@zpin/core';
import { type EnvSpec, flatSize, type Rng } from '@zpin/core/spec';
import { z } from 'zod';
import { normalizedPolicy } from './normalizer.ts';
import { type PolicyHead, policyHead } from './policy-head.ts';

/** Settings of every algorithm with these networks. */
export const networkFields = {
  hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer of the policy and of the value network' }),
  activation: field(z.enum(['tanh', 'relu']), { default: 'tanh', meaning: 'activation of hidden layers' }),
  initialLogStd: field(z.number(), { default: 0, meaning: 'first log standard deviation of continuous actions' }),
};

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
  /** The parameters of policy and value as two vectors, for algorithms that change them in different ways. */
  readonly separate: {
    /** With the log standard deviations of continuous actions. */
    readonly policy: Pick<Network, 'layout' | 'init'>;
    readonly value: Pick<Network, 'layout' | 'init'>;
    /** Tensors of both. */
    params(vectors: { readonly policy: tf.Tensor1D; readonly value: tf.Tensor1D }): Params;
  };
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
  const isDiscrete = head.logStdSize === 0;
  const policyPart = isDiscrete ? combine({ policy }) : combine({ policy, logStd });
  const valuePart = combine({ value });
  const { layout, init, parts } = isDiscrete ? both : combine({ policy, value, logStd });
  return {
    layout,
    head,
    init,
    separate: {
      policy: policyPart,
      value: valuePart,
      params: vectors => ({
        ...unflattenParams(policyPart.layout, vectors.policy),
        ...unflattenParams(valuePart.layout, vectors.value),
      }),
    },
    policy: (params, obs, mask) => head.distribution(parts.policy.apply(params, obs), params['logStd/value'], mask),
    greedy: {
      layout: prefixLayout('policy', policy.layout),
      act: (params, obs, mask) => head.mode(parts.policy.apply(params, obs), mask),
    },
    value: (params, obs) => tf.reshape(parts.value.apply(params, obs), [-1]),
  };
}

/** The greedy policy of an agent as a function of the weights that it exports. */
export function greedyPolicy(
  algorithm: string,
  spec: EnvSpec,
  config: ActorCriticOptions & { readonly normalizeObservations: boolean },
): PolicyNetwork {
  const { greedy } = actorCritic(algorithm, spec, config);
  return config.normalizeObservations ? normalizedPolicy(greedy, flatSize(spec.observationSpace)) : greedy;
}
