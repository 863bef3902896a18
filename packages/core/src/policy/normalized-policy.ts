import * as tf from '@tensorflow/tfjs-core';
import { measuredNumbers, type Space } from '@zpin/contracts';
import { concatLayouts, layout } from '../nn/layout.ts';
import type { PolicyNetwork } from '../nn/policy-network.ts';

/**
 * A policy on normalised observations as one on observations as they are: mean and scale are the last of its weights. Numbers that
 * statistics do not measure, such as indices, stay as they are.
 * @param space of the observations (D numbers) @param clip largest absolute value of a normalised number
 * @param name of what normalises, before the names of its weights
 */
export function normalizedPolicy(policy: PolicyNetwork, space: Space, clip: number, name = 'normalizer'): PolicyNetwork {
  const measured = measuredNumbers(space);
  const size = measured.length;
  const statistics = layout([
    [`${name}/mean`, [size]],
    [`${name}/scale`, [size]],
  ]);
  const bounded = measured.every(Boolean)
    ? (rows: tf.Tensor) => tf.clipByValue(rows, -clip, clip)
    : (rows: tf.Tensor) => {
        const limits = tf.tensor1d(Float32Array.from(measured, isMeasured => (isMeasured ? clip : Number.POSITIVE_INFINITY)));
        return tf.maximum(tf.minimum(rows, limits), tf.neg(limits));
      };
  return {
    layout: concatLayouts(policy.layout, statistics),
    act: (params, obs, mask) => {
      const centred = tf.mul(tf.sub(obs, params[`${name}/mean`]), params[`${name}/scale`]);
      return policy.act(params, bounded(centred), mask);
    },
  };
}
