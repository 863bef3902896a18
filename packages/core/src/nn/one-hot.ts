import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of 0 with a 1 at each index: `[B]` → `[B, depth]`, float32. Unlike `tf.oneHot` it knows spaces of a single element too.
 * @param index `[B]`, in [0, depth)
 */
export function oneHot(index: tf.Tensor, depth: number): tf.Tensor {
  const flat = tf.cast(tf.reshape(index, [-1]), 'int32');
  if (depth === 1) return tf.reshape(tf.cast(tf.equal(flat, tf.scalar(0, 'int32')), 'float32'), [-1, 1]);
  return tf.oneHot(flat as tf.Tensor1D, depth, 1, 0, 'float32');
}
