import * as tf from '@tensorflow/tfjs-core';
import { huber } from './huber.ts';

/** τ̂: midpoints of `count` equal shares of [0, 1] (Dabney et al. 2018, arXiv:1710.10044, lemma 2). @returns `[1, count]` */
export function quantileMidpoints(count: number): tf.Tensor2D {
  return tf.tensor2d(
    Array.from({ length: count }, (_, i) => (2 * i + 1) / (2 * count)),
    [1, count],
  );
}

/**
 * Quantile Huber loss Σ_i mean_j |τ_i − 1{u < 0}| L_κ(u) / κ, u = y_j − θ_i (Dabney et al. 2018, arXiv:1710.10044, equations 9 and
 * 10, in algorithm 1): quadratic in errors of up to κ, linear beyond.
 * @param quantiles θ `[B, N]` @param target y `[B, M]`, constant @param fractions τ `[B, N]`; the midpoints of N shares when
 * omitted
 * @param kappa κ > 0, in units of the return
 * @returns `[B]`
 */
export function quantileHuber(quantiles: tf.Tensor, target: tf.Tensor, fractions?: tf.Tensor, kappa = 1): tf.Tensor {
  const tau = tf.expandDims(fractions ?? quantileMidpoints(quantiles.shape[1] as number), 2);
  const error = tf.sub(tf.expandDims(target, 1), tf.expandDims(quantiles, 2));
  const weight = tf.where(tf.less(error, 0), tf.sub(1, tau), tau);
  // L_κ(u) / κ = κ L₁(u / κ).
  const loss = kappa === 1 ? huber(error) : tf.mul(huber(tf.div(error, kappa)), kappa);
  return tf.div(tf.sum(tf.mul(weight, loss), [1, 2]), target.shape[1] as number);
}
