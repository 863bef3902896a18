import * as tf from '@tensorflow/tfjs-core';
import { constant, initialize } from './initializers.ts';
import { layout } from './layout.ts';
import type { Network } from './network.ts';

/**
 * Layer normalisation over the last axis (Ba et al. 2016): (x − mean) / √(variance + ε) · gain + bias.
 * Parameters: `gain` and `bias` `[size]`.
 */
export function layerNorm(size: number, epsilon = 1e-5): Network {
  const own = layout([
    ['gain', [size]],
    ['bias', [size]],
  ]);
  return {
    layout: own,
    init: rng => initialize(own, { gain: constant(1), bias: constant(0) }, rng),
    apply({ gain, bias }, x) {
      const centered = tf.sub(x, tf.mean(x, -1, true));
      const variance = tf.mean(tf.square(centered), -1, true);
      return tf.add(tf.mul(tf.mul(centered, tf.rsqrt(tf.add(variance, epsilon))), gain), bias);
    },
  };
}
