import * as tf from '@tensorflow/tfjs-core';
import type { EnvSpec } from '@zpin/contracts';
import { type Activation, Categorical, combine, layout, type Network, observationFeatures, takeAction } from '@zpin/core';

export interface OptionNetworkOptions {
  readonly spec: EnvSpec;
  /** O */
  readonly numOptions: number;
  /** A */
  readonly numActions: number;
  /** The action of the lowest number; 0 when omitted. */
  readonly firstAction?: number;
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
}

/**
 * What the option-critic learns, each with parameters of its own. Observations are flat, `[B, D]`; options are indices, `[B]`.
 */
export interface OptionNetworks {
  /** Q_Ω(s, ·): `[B, O]` */
  readonly critic: Network<readonly [obs: tf.Tensor]>;
  /** π_ω(·|s) of one option per row, with a mask of legal actions `[B, A]` where there is one. */
  readonly policies: Network<readonly [obs: tf.Tensor, option: tf.Tensor, mask?: tf.Tensor], Categorical>;
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
export function optionNetworks({ spec, numOptions, numActions, firstAction, ...hidden }: OptionNetworkOptions): OptionNetworks {
  const network = (outputs: number) => withLinearHead(spec, hidden, outputs);
  const policies = network(numOptions * numActions);
  const terminations = network(numOptions);
  return {
    critic: network(numOptions),
    policies: {
      ...policies,
      apply(params, obs, option, mask) {
        const logits = tf.reshape(policies.apply(params, obs), [-1, numOptions, numActions]);
        return new Categorical(takeAction(logits, option), mask, firstAction);
      },
    },
    terminations: { ...terminations, apply: (params, obs, option) => takeAction(terminations.apply(params, obs), option) },
  };
}

/** Hidden layers and a linear layer that begins at 0: `[B, D]` → `[B, outputs]`. */
function withLinearHead(
  { observationSpace }: EnvSpec,
  hidden: Pick<OptionNetworkOptions, 'hiddenSizes' | 'activation'>,
  outputs: number,
): Network {
  const features = observationFeatures(observationSpace, { ...hidden, initialization: 'orthogonal' });
  const size = features.outputSize;
  const hasBias = observationSpace.type !== 'discrete';
  const own = layout([['weight', [size, outputs]], ...(hasBias ? [['bias', [outputs]] as const] : [])]);
  const head: Network = {
    layout: own,
    init: () => new Float32Array(own.size),
    apply: ({ weight, bias }, x) => (hasBias ? tf.add(tf.matMul(x, weight), bias) : tf.matMul(x, weight)),
  };
  const { parts, ...network } = combine({ hidden: features, output: head });
  return { ...network, apply: (params, obs) => parts.output.apply(params, parts.hidden.apply(params, obs)) };
}
