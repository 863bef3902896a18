import * as tf from '@tensorflow/tfjs-core';

/**
 * Mean over the batch, each row by its importance weight (Schaul et al. 2016, arXiv:1511.05952, section 3.4).
 * @param error `[B]` @param weight `[B]`; 1 when omitted @returns scalar
 */
export function weightedMean(error: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.mean(weight ? tf.mul(weight, error) : error);
}
