import * as tf from '@tensorflow/tfjs-core';

/**
 * mean(r · Â) with r = π_θ(a|s) / π_θold(a|s) (Schulman et al. 2015, eq. 14): grows as the policy gets better than the old one,
 * as long as it is near to it. At the old policy its gradient is the policy gradient.
 * @param logProb `[B]`: log π_θ(a|s) @param oldLogProb `[B]` @param advantage `[B]`
 */
export function surrogate(logProb: tf.Tensor, oldLogProb: tf.Tensor, advantage: tf.Tensor): tf.Tensor {
  return tf.mean(tf.mul(tf.exp(tf.sub(logProb, oldLogProb)), advantage));
}
