import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from '../nn/one-hot.ts';

/**
 * What a network says of the action of each row.
 * @param output `[B, A]` or `[B, A, N]` @param action `[B]` indices @returns `[B]` or `[B, N]`
 */
export function takeAction(output: tf.Tensor, action: tf.Tensor): tf.Tensor {
  const chosen = oneHot(action, output.shape[1] as number);
  return tf.sum(tf.mul(output, output.rank === 3 ? tf.expandDims(chosen, 2) : chosen), 1);
}
