import * as tf from '@tensorflow/tfjs-core';

/**
 * −mean(log π(a|s) · weight): the scalar whose gradient is the policy gradient, negated.
 * @param logProb `[B]`
 * @param weight `[B]`: advantages or returns, not differentiated
 */
export function policyGradientLoss(logProb: tf.Tensor, weight: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(tf.mul(logProb, weight)));
}
