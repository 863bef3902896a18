import * as tf from '@tensorflow/tfjs';

/** Advantages with mean 0 and deviation 1: `[B]` → `[B]`. A single advantage becomes 0. */
export function normalizeAdvantage(advantage: tf.Tensor): tf.Tensor {
  const centred = tf.sub(advantage, tf.mean(advantage));
  const variance = tf.div(tf.sum(tf.square(centred)), Math.max(1, advantage.size - 1));
  return tf.div(centred, tf.add(tf.sqrt(variance), 1e-8));
}
