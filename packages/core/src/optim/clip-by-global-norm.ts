import * as tf from '@tensorflow/tfjs-core';
import { ConfigError, message } from '@zpin/contracts';

/**
 * Shortens a gradient to a Euclidean norm of at most `maxNorm`, keeping its direction (Pascanu et al. 2013, algorithm 1).
 * The norm is that of the whole vector; a shorter gradient comes back bit for bit.
 * @param gradient `[P]`
 * @param maxNorm > 0; infinite measures without clipping
 * @returns the clipped gradient `[P]` and the norm before clipping (scalar)
 */
export function clipByGlobalNorm(gradient: tf.Tensor1D, maxNorm: number): { gradient: tf.Tensor1D; norm: tf.Scalar } {
  if (!(maxNorm > 0)) {
    throw new ConfigError(
      message('clipByGlobalNorm', 'maxNorm must be greater than 0', maxNorm, 'Give a positive norm, or do not clip'),
    );
  }
  const norm = tf.sqrt(tf.sum<tf.Scalar>(tf.square(gradient)));
  if (maxNorm === Number.POSITIVE_INFINITY) return { gradient, norm };
  return { gradient: tf.mul(gradient, tf.div(maxNorm, tf.maximum(norm, maxNorm))), norm };
}
