import * as tf from '@tensorflow/tfjs-core';

/**
 * target ← (1 − τ) target + τ online: a target that follows slowly (Polyak & Juditsky 1992; in DDPG: Lillicrap et al. 2016,
 * algorithm 1). τ = 1 copies.
 * @param target `[P]` @param online `[P]` @returns `[P]`
 */
export function polyak(target: tf.Tensor, online: tf.Tensor, tau: number): tf.Tensor {
  return tau === 1 ? online : tf.add(target, tf.mul(tf.sub(online, target), tau));
}
