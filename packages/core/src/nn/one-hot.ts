import * as tf from '@tensorflow/tfjs-core';

/**
 * Rows of 0 with a 1 at each index: `[B]` → `[B, depth]`, float32. Unlike `tf.oneHot` it knows spaces of a single element too.
 * @param index `[B]`, in [0, depth)
 */
export function oneHot(index: tf.Tensor, depth: number): tf.Tensor {
  const flat = tf.reshape(index, [-1]);
  if (depth === 1) return tf.ones([flat.size, 1]);
  return tf.oneHot(tf.cast(flat, 'int32') as tf.Tensor1D, depth, 1, 0, 'float32');
}
