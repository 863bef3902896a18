import * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import {
  type Activation,
  type Convolutions,
  combine,
  concatLayouts,
  constant,
  dense,
  type EntropicDistribution,
  type Network,
  normalizedPolicy,
  observationFeatures,
  observationNetwork,
  type Params,
  type PolicyNetwork,
  parameter,
  prefixLayout,
  unflattenParams,
} from '@zpin/core';
import { type PolicyHead, type PolicyHeadOptions, policyHead } from './policy-head.ts';

export interface ActorCriticOptions extends PolicyHeadOptions {
  readonly hiddenSizes: readonly number[];
  /** What reads large pictures; `nature` when omitted. */
  readonly convolutions?: Convolutions | undefined;
  readonly activation: Activation;
  /** First log standard deviation of continuous actions. */
  readonly initialLogStd: number;
  /** One set of hidden layers for policy and value; off when omitted. */
  readonly sharedTrunk?: boolean;
}

/** What policy and value say of B states. */
export interface Judgement {
  /** π(·|s) */
  readonly distribution: EntropicDistribution;
  /** `[B]`: V(s) */
  readonly value: tf.Tensor;
}

/** What an agent acts by: a policy π(a|s) and a value V(s), with a memory of the episode or without. */
export interface Player {
  readonly head: PolicyHead;
  /** M, numbers remembered per episode; 0 without a memory, which then is neither taken nor given. */
  readonly memorySize: number;
  /**
   * @param obs `[B, D]`
   * @param mask `[B, A]`, 1 = legal @param memory `[B, M]`, zeros where an episode begins @returns with the next memory
   */
  step(params: Params, obs: tf.Tensor, mask?: tf.Tensor, memory?: tf.Tensor): Judgement & { readonly memory?: tf.Tensor };
  /** V(obs) `[B]`. */
  value(params: Params, obs: tf.Tensor, memory?: tf.Tensor): tf.Tensor;
  /** The mode of π, as the environment takes it, with the next memory. */
  best(
    params: Params,
    obs: tf.Tensor,
    mask?: tf.Tensor,
    memory?: tf.Tensor,
  ): { readonly action: tf.Tensor; readonly memory?: tf.Tensor };
}

/**
 * A policy π(a|s) and a value V(s) in one parameter vector. `apply` gives both: what they share is computed, and differentiated,
 * once.
 */
export interface ActorCritic extends Player, Network<readonly [obs: tf.Tensor, mask?: tf.Tensor], Judgement> {
  /** @param obs `[B, D]` flat observations @param mask `[B, A]`, 1 = legal */
  policy(params: Params, obs: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
  /** The mode of π, as the environment takes it. Its parameters are the first of the vector. */
  readonly greedy: PolicyNetwork;
}

/** A policy and a value that share nothing. */
export interface SeparateActorCritic extends ActorCritic {
  /** Policy and value as two networks, for algorithms that change them in different ways. */
  readonly separate: {
    /** With the log standard deviations of continuous actions. */
    readonly policy: Network<readonly [obs: tf.Tensor, mask?: tf.Tensor], EntropicDistribution>;
    readonly value: Network;
    /** Parameters of both, from their vectors. */
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
  const { hiddenSizes, convolutions, activation } = options;
  const head = policyHead(algorithm, spec, options);
  const common = { hiddenSizes, convolutions, activation };
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
    ...playing(head, {
      both: (params, obs, mask) => ({ distribution: policy(params, obs, mask), value: value(params, obs) }),
      greedy: {
        layout: prefixLayout('policy', policyNetwork.layout),
        act: (params, obs, mask) => head.mode(parts.policy.apply(params, obs), mask),
      },
    }),
    layout,
    init,
    separate: {
      // The names of parameters are those of the whole, so each network finds its own.
      policy: { layout: policyPart.layout, init: policyPart.init, apply: policy },
      value: { layout: valuePart.layout, init: valuePart.init, apply: value },
      params: vectors => ({
        ...unflattenParams(policyPart.layout, vectors.policy),
        ...unflattenParams(valuePart.layout, vectors.value),
      }),
    },
    policy,
    value,
  };
}

/** One trunk with a linear head for the policy and one for the value. */
function sharedActorCritic(algorithm: string, spec: EnvSpec, options: ActorCriticOptions): ActorCritic {
  const { hiddenSizes, convolutions, activation } = options;
  const head = policyHead(algorithm, spec, options);
  const trunk = observationFeatures(spec.observationSpace, {
    hiddenSizes,
    convolutions,
    activation,
    initialization: 'orthogonal',
  });
  const common = { inputSize: trunk.outputSize, initialization: 'orthogonal' } as const;
  const policyHeadLayer = dense({ ...common, outputSize: head.outputSize, gain: POLICY_GAIN });
  const valueHead = dense({ ...common, outputSize: 1 });
  const { layout, init, parts } = combine({ trunk, policy: policyHeadLayer, value: valueHead, ...logStdOf(head, options) });
  const both: ActorCritic['apply'] = (params, obs, mask) => {
    const features = parts.trunk.apply(params, obs);
    return {
      distribution: head.distribution(parts.policy.apply(params, features), params['logStd/value'], mask),
      value: tf.reshape(parts.value.apply(params, features), [-1]),
    };
  };
  return {
    ...playing(head, {
      both,
      greedy: {
        layout: concatLayouts(prefixLayout('trunk', trunk.layout), prefixLayout('policy', policyHeadLayer.layout)),
        act: (params, obs, mask) => head.mode(parts.policy.apply(params, parts.trunk.apply(params, obs)), mask),
      },
    }),
    layout,
    init,
    policy: (params, obs, mask) => both(params, obs, mask).distribution,
    value: (params, obs) => both(params, obs).value,
  };
}

/** What networks without a memory have in common. */
function playing(head: PolicyHead, { both, greedy }: { readonly both: ActorCritic['apply']; readonly greedy: PolicyNetwork }) {
  const best: ActorCritic['best'] = (params, obs, mask) => ({ action: greedy.act(params, obs, mask) });
  return { head, memorySize: 0, apply: both, step: both, best, greedy };
}

/** Log standard deviations of continuous actions, the same in every state. */
export function logStdOf(head: PolicyHead, { initialLogStd }: Pick<ActorCriticOptions, 'initialLogStd'>) {
  return head.logStdSize === 0 ? {} : { logStd: parameter([head.logStdSize], constant(initialLogStd)) };
}

/** How observations are brought to unit size before the policy sees them. */
interface ObservationConfig {
  readonly normalizeObservations: boolean;
  readonly observationClip: number;
}

/** The greedy policy of an agent as a function of the weights that it exports. */
export function greedyPolicy(algorithm: string, spec: EnvSpec, config: ActorCriticOptions & ObservationConfig): PolicyNetwork {
  const { greedy } = actorCritic(algorithm, spec, config);
  if (!config.normalizeObservations) return greedy;
  return normalizedPolicy(greedy, spec.observationSpace, config.observationClip);
}
