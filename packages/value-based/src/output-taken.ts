import * as tf from '@tensorflow/tfjs';
import { oneHot } from '@zpin/core';

/** Outputs of the actions taken. @param output `[B, A, N]` @param action `[B]` @returns `[B, N]` */
export function outputTaken(output: tf.Tensor, action: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(output, tf.expandDims(oneHot(action, output.shape[1] as number), 2)), 1);
}
