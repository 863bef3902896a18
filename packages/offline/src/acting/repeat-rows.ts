import * as tf from '@tensorflow/tfjs-core';

/**
 * Each row `count` times, copies of a row behind each other: `[B, W]` → `[B·count, W]`. By stacking, which unlike a tile does not
 * ask for the number of rows: the graph holds for any.
 */
export function repeatRows(rows: tf.Tensor, count: number): tf.Tensor {
  const copies = new Array<tf.Tensor>(count).fill(rows);
  return tf.reshape(tf.stack(copies, 1), [-1, rows.shape[1] as number]);
}
