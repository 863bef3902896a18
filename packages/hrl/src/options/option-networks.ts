import * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import {
  type Activation,
  type Convolutions,
  combine,
  type EntropicDistribution,
  layout,
  type Network,
  observationFeatures,
  takeAction,
} from '@zpin/core';
import type { OptionHead } from './option-head.ts';

export interface OptionNetworkOptions {
  readonly spec: EnvSpec;
  /** O */
  readonly numOptions: number;
  /** What policies are made of. */
  readonly head: OptionHead;
  readonly hiddenSizes: readonly number[];
  /** What reads large pictures; `nature` when omitted. */
  readonly convolutions?: Convolutions | undefined;
  readonly activation: Activation;
}

/** π_ω(·|s) of one option per row `[B]`, with a mask of legal actions `[B, A]` where there is one. */
export type PolicyOf = (obs: tf.Tensor, option: tf.Tensor, mask?: tf.Tensor) => EntropicDistribution;

/**
 * What the option-critic learns, each with parameters of its own. Observations are flat, `[B, D]`; options are indices, `[B]`.
 */
export interface OptionNetworks {
  /** Q_Ω(s, ·): `[B, O]` */
  readonly critic: Network<readonly [obs: tf.Tensor]>;
  readonly policies: Network<Parameters<PolicyOf>, EntropicDistribution>;
  /** Logit of β_ω(s) of one option per row: `[B]` */
  readonly terminations: Network<readonly [obs: tf.Tensor, option: tf.Tensor]>;
}

/**
 * Values, policies and terminations of options: three networks, each with hidden layers of its own.
 *
 * Their last layers begin at 0. On an index they have no bias: without hidden layers there is one number for each state and
 * option (and action) then, as in the tables of the paper. All options are equal at first; what they do by chance makes them
 * differ.
 */
export function optionNetworks({ spec, numOptions, head, ...hidden }: OptionNetworkOptions): OptionNetworks {
  const network = (outputs: number) => withLinearHead(spec, hidden, outputs);
  const policies = network(numOptions * head.size);
  const terminations = network(numOptions);
  return {
    critic: network(numOptions),
    policies: {
      ...policies,
      apply(params, obs, option, mask) {
        const numbers = tf.reshape(policies.apply(params, obs), [-1, numOptions, head.size]);
        return head.policy(takeAction(numbers, option), mask);
      },
    },
    terminations: { ...terminations, apply: (params, obs, option) => takeAction(terminations.apply(params, obs), option) },
  };
}

/** What is known of options in B states. */
export interface OptionOutputs {
  /** Q_Ω(s, ·): `[B, O]` */
  readonly q: tf.Tensor;
  /** Logit of β_ω(s) of one option per row, `[B]` → `[B]`. */
  terminations(option: tf.Tensor): tf.Tensor;
  /** π_ω(·|s) of one option per row. @param option `[B]` @param mask `[B, A]` */
  policies(option: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
}

/** Values, policies and terminations as three linear heads, which begin at 0, on features that they share. */
export function sharedOptionNetwork(options: OptionNetworkOptions): Network<readonly [obs: tf.Tensor], OptionOutputs> {
  const { spec, numOptions, head, ...hidden } = options;
  const features = observationFeatures(spec.observationSpace, { ...hidden, initialization: 'orthogonal' });
  const linear = (outputs: number) => linearHead(features.outputSize, outputs, true);
  const { parts, ...network } = combine({
    ...{ features, critic: linear(numOptions), terminations: linear(numOptions), policies: linear(numOptions * head.size) },
  });
  return {
    ...network,
    apply(params, obs) {
      const seen = parts.features.apply(params, obs);
      return {
        q: parts.critic.apply(params, seen),
        terminations: option => takeAction(parts.terminations.apply(params, seen), option),
        policies(option, mask) {
          const numbers = tf.reshape(parts.policies.apply(params, seen), [-1, numOptions, head.size]);
          return head.policy(takeAction(numbers, option), mask);
        },
      };
    },
  };
}

/** Hidden layers and a linear layer that begins at 0: `[B, D]` → `[B, outputs]`. */
function withLinearHead(
  { observationSpace }: EnvSpec,
  hidden: Pick<OptionNetworkOptions, 'hiddenSizes' | 'convolutions' | 'activation'>,
  outputs: number,
): Network {
  const features = observationFeatures(observationSpace, { ...hidden, initialization: 'orthogonal' });
  const output = linearHead(features.outputSize, outputs, observationSpace.type !== 'discrete');
  const { parts, ...network } = combine({ hidden: features, output });
  return { ...network, apply: (params, obs) => parts.output.apply(params, parts.hidden.apply(params, obs)) };
}

/** A linear layer that begins at 0: `[B, size]` → `[B, outputs]`. */
function linearHead(size: number, outputs: number, hasBias: boolean): Network {
  const own = layout([['weight', [size, outputs]], ...(hasBias ? [['bias', [outputs]] as const] : [])]);
  return {
    layout: own,
    init: () => new Float32Array(own.size),
    apply: ({ weight, bias }, x) => (hasBias ? tf.add(tf.matMul(x, weight), bias) : tf.matMul(x, weight)),
  };
}
