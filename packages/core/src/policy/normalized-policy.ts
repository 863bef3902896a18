import * as tf from '@tensorflow/tfjs-core';
import { concatLayouts, layout } from '../nn/layout.ts';
import type { PolicyNetwork } from '../nn/policy-network.ts';

/**
 * A policy on normalised observations as one on observations as they are: mean and scale are the last of its weights.
 * @param size numbers of an observation (D) @param clip largest absolute value of a normalised number
 */
export function normalizedPolicy(policy: PolicyNetwork, size: number, clip: number): PolicyNetwork {
  const statistics = layout([
    ['normalizer/mean', [size]],
    ['normalizer/scale', [size]],
  ]);
  return {
    layout: concatLayouts(policy.layout, statistics),
    act: (params, obs, mask) => {
      const centred = tf.mul(tf.sub(obs, params['normalizer/mean']), params['normalizer/scale']);
      return policy.act(params, tf.clipByValue(centred, -clip, clip), mask);
    },
  };
}
