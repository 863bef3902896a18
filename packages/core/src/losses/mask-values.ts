import * as tf from '@tensorflow/tfjs-core';

/** Value of an illegal action: below every value that can be learned, and finite. */
const ILLEGAL_VALUE = -1e9;

/**
 * Puts illegal actions below all others, before a maximum or a softmax.
 * @param q `[B, A]` @param mask `[B, A]`, 1 = legal; all when omitted @returns `[B, A]`
 */
export function maskValues(q: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  return mask ? tf.where(tf.cast(mask, 'bool'), q, tf.fill(q.shape, ILLEGAL_VALUE)) : q;
}
