import * as tf from '@tensorflow/tfjs-core';

/**
 * Whole numbers moved by an offset; the tensor itself where that is 0, so that nothing is computed for spaces that start there.
 * From indices of logits to values of a space by its start, and back by −start.
 * @param values int32, of any shape
 */
export function offsetBy(values: tf.Tensor, offset: number): tf.Tensor {
  return offset === 0 ? values : tf.add(values, tf.scalar(offset, 'int32'));
}
