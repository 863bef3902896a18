import * as tf from '@tensorflow/tfjs-core';

/** Keeps the divisor from 0 where all advantages are equal. */
const EPSILON = 1e-8;

/**
 * Advantages with mean 0 and deviation 1, by n − 1 (Andrychowicz et al. 2021, "What matters in on-policy reinforcement
 * learning?", arXiv:2006.05990, where it is a choice of its own). A single advantage stays as it is: it has no deviation, and less its
 * mean it would teach nothing.
 * @param advantage `[B]` @returns `[B]`
 */
export function normalizeAdvantage(advantage: tf.Tensor): tf.Tensor {
  if (advantage.size < 2) return advantage;
  const centred = tf.sub(advantage, tf.mean(advantage));
  const variance = tf.div(tf.sum(tf.square(centred)), Math.max(1, advantage.size - 1));
  return tf.div(centred, tf.add(tf.sqrt(variance), EPSILON));
}

/** The same of an array outside of a program: `[B]` → `[B]`, a new array. */
export function normalizeAdvantages(advantage: Float32Array): Float32Array {
  const rows = advantage.length;
  if (rows < 2) return advantage.slice();
  const mean = advantage.reduce((sum, x) => sum + x, 0) / rows;
  const variance = advantage.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / Math.max(1, rows - 1);
  return advantage.map(x => (x - mean) / (Math.sqrt(variance) + EPSILON));
}
