import * as tf from '@tensorflow/tfjs';
import { type EnvSpec, flatSize, type Rng } from '@zpin/contracts';
import {
  type Activation,
  combine,
  concatLayouts,
  constant,
  dense,
  type EntropicDistribution,
  field,
  hiddenSizes,
  type Network,
  observationFeatures,
  observationNetwork,
  type ParameterLayout,
  type Params,
  type PolicyNetwork,
  parameter,
  prefixLayout,
  unflattenParams,
} from '@zpin/core';
import { z } from 'zod';
import { normalizedPolicy } from './normalizer.ts';
import { type PolicyHead, policyHead } from './policy-head.ts';

/** Settings of every algorithm with these networks. */
export const networkFields = {
  hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer of the policy and of the value network' }),
  activation: field(z.enum(['tanh', 'relu']), { default: 'tanh', meaning: 'activation of hidden layers' }),
  initialLogStd: field(z.number(), { default: 0, meaning: 'first log standard deviation of continuous actions' }),
  squashActions: field(z.boolean(), {
    default: false,
    meaning: 'squash continuous actions to their bounds by tanh, instead of clipping them',
  }),
};

/** For algorithms that make one step for policy and value together. */
export const sharedTrunkField = {
  sharedTrunk: field(z.boolean(), { default: false, meaning: 'policy and value share their hidden layers' }),
};

/** For algorithms that change policy and value in different ways. */
export const separateTrunksField = {
  sharedTrunk: field(
    z.boolean().refine(isShared => !isShared, 'sharedTrunk must be false, as the value is fitted apart from the policy'),
    { default: false, meaning: 'policy and value never share their hidden layers here' },
  ),
};

export interface ActorCriticOptions {
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  /** First log standard deviation of continuous actions. */
  readonly initialLogStd: number;
  /** Squash continuous actions by tanh; off when omitted. */
  readonly squashActions?: boolean;
  /** One set of hidden layers for policy and value; off when omitted. */
  readonly sharedTrunk?: boolean;
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
  /** Both at once: what they share is computed, and differentiated, once. */
  both(
    params: Params,
    obs: tf.Tensor,
    mask?: tf.Tensor,
  ): { readonly distribution: EntropicDistribution; readonly value: tf.Tensor };
  /** The mode of π, as the environment takes it. Its parameters are the first of the vector. */
  readonly greedy: PolicyNetwork;
}

/** A policy and a value that share nothing. */
export interface SeparateActorCritic extends ActorCritic {
  /** The parameters of policy and value as two vectors, for algorithms that change them in different ways. */
  readonly separate: {
    /** With the log standard deviations of continuous actions. */
    readonly policy: Pick<Network, 'layout' | 'init'>;
    readonly value: Pick<Network, 'layout' | 'init'>;
    /** Tensors of both. */
    params(vectors: { readonly policy: tf.Tensor1D; readonly value: tf.Tensor1D }): Params;
  };
}

/** Factor on the first weights of the last layer of a policy: a small one, so that the first policy is near uniform. */
export const POLICY_GAIN = 0.01;

/**
 * Networks for policy and value: separate ones, or two heads on one trunk.
 * @throws SpaceError for action spaces that no head fits
 */
export function actorCritic(algorithm: string, spec: EnvSpec, options: ActorCriticOptions): ActorCritic {
  return options.sharedTrunk ? sharedActorCritic(algorithm, spec, options) : separateActorCritic(algorithm, spec, options);
}

/** Separate networks for policy and value. @throws SpaceError for action spaces that no head fits */
export function separateActorCritic(algorithm: string, spec: EnvSpec, options: ActorCriticOptions): SeparateActorCritic {
  const { hiddenSizes, activation, squashActions } = options;
  const head = policyHead(algorithm, spec, squashActions);
  const common = { hiddenSizes, activation };
  const policyNetwork = observationNetwork(spec.observationSpace, {
    ...common,
    outputSize: head.outputSize,
    outputGain: POLICY_GAIN,
  });
  const valueNetwork = observationNetwork(spec.observationSpace, { ...common, outputSize: 1 });
  const logStd = logStdOf(head, options);
  const policyPart = combine({ policy: policyNetwork, ...logStd });
  const valuePart = combine({ value: valueNetwork });
  const { layout, init, parts } = combine({ policy: policyNetwork, value: valueNetwork, ...logStd });
  const policy: ActorCritic['policy'] = (params, obs, mask) =>
    head.distribution(parts.policy.apply(params, obs), params['logStd/value'], mask);
  const value: ActorCritic['value'] = (params, obs) => tf.reshape(parts.value.apply(params, obs), [-1]);
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
    policy,
    value,
    both: (params, obs, mask) => ({ distribution: policy(params, obs, mask), value: value(params, obs) }),
    greedy: {
      layout: prefixLayout('policy', policyNetwork.layout),
      act: (params, obs, mask) => head.mode(parts.policy.apply(params, obs), mask),
    },
  };
}

/** One trunk with a linear head for the policy and one for the value. */
function sharedActorCritic(algorithm: string, spec: EnvSpec, options: ActorCriticOptions): ActorCritic {
  const { hiddenSizes, activation, squashActions } = options;
  const head = policyHead(algorithm, spec, squashActions);
  const trunk = observationFeatures(spec.observationSpace, { hiddenSizes, activation, initialization: 'orthogonal' });
  const common = { inputSize: trunk.outputSize, initialization: 'orthogonal' } as const;
  const policyHeadLayer = dense({ ...common, outputSize: head.outputSize, gain: POLICY_GAIN });
  const valueHead = dense({ ...common, outputSize: 1 });
  const { layout, init, parts } = combine({ trunk, policy: policyHeadLayer, value: valueHead, ...logStdOf(head, options) });
  const both: ActorCritic['both'] = (params, obs, mask) => {
    const features = parts.trunk.apply(params, obs);
    return {
      distribution: head.distribution(parts.policy.apply(params, features), params['logStd/value'], mask),
      value: tf.reshape(parts.value.apply(params, features), [-1]),
    };
  };
  return {
    layout,
    head,
    init,
    policy: (params, obs, mask) => both(params, obs, mask).distribution,
    value: (params, obs) => both(params, obs).value,
    both,
    greedy: {
      layout: concatLayouts(prefixLayout('trunk', trunk.layout), prefixLayout('policy', policyHeadLayer.layout)),
      act: (params, obs, mask) => head.mode(parts.policy.apply(params, parts.trunk.apply(params, obs)), mask),
    },
  };
}

/** Log standard deviations of continuous actions, the same in every state. */
export function logStdOf(head: PolicyHead, { initialLogStd }: Pick<ActorCriticOptions, 'initialLogStd'>) {
  return head.logStdSize === 0 ? {} : { logStd: parameter([head.logStdSize], constant(initialLogStd)) };
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
