import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './check-range.ts';
import type { Optimizer } from './optimizer.ts';

/**
 * Added to the mean of gradients and taken off again, which rounds what is far below it to 0 and leaves the rest as it is. The
 * means of weights without gradient (behind a `relu` that is never active) otherwise shrink into denormal numbers, which are
 * slow.
 */
const TINY = 1e-30;

export interface AdamOptions {
  /** Decay of the mean of gradients, in [0, 1). */
  readonly beta1?: number;
  /** Decay of the mean of squared gradients, in [0, 1). */
  readonly beta2?: number;
  /** Added to the root of the mean square, ≥ 0. */
  readonly epsilon?: number;
  /** Decoupled weight decay per step, as a share of the learning rate (AdamW, Loshchilov & Hutter 2019), ≥ 0. */
  readonly weightDecay?: number;
}

/**
 * Adam (Kingma & Ba 2015, algorithm 1):
 *
 *     m ← β₁ m + (1 − β₁) g        v ← β₂ v + (1 − β₂) g²
 *     θ ← θ − α · m̂ / (√v̂ + ε),    m̂ = m / (1 − β₁ᵗ),  v̂ = v / (1 − β₂ᵗ)
 *
 * State: `m` and `v` `[P]`, `step` `[1]` (t, exact up to 2²⁴ steps).
 */
export function adam(options: AdamOptions = {}): Optimizer<'m' | 'v' | 'step'> {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = options;
  checkRange('adam', { beta1, beta2 }, 1);
  checkRange('adam', { epsilon, weightDecay }, Number.POSITIVE_INFINITY);
  return {
    init: size => ({ m: new Float32Array(size), v: new Float32Array(size), step: new Float32Array(1) }),
    step({ parameters, gradient, state, learningRate }) {
      const step = tf.add(state.step, 1) as tf.Tensor1D;
      const mean = tf.add(tf.mul(state.m, beta1), tf.mul(gradient, 1 - beta1));
      const m = tf.sub(tf.add(mean, TINY), TINY) as tf.Tensor1D;
      const v = tf.add(tf.mul(state.v, beta2), tf.mul(tf.square(gradient), 1 - beta2)) as tf.Tensor1D;
      // The corrections are scalars; multiplied out, they cost nothing on the vectors: α √c₂ / c₁ · m / (√v + ε √c₂).
      const c1 = correction(step, beta1);
      const root2 = tf.sqrt(correction(step, beta2));
      const scale = tf.div(tf.mul(root2, learningRate), c1);
      const change = tf.mul(tf.div(m, tf.add(tf.sqrt(v), tf.mul(root2, epsilon))), scale);
      const decayed = weightDecay === 0 ? parameters : tf.mul(parameters, tf.sub(1, tf.mul(learningRate, weightDecay)));
      return { parameters: tf.sub(decayed, change), state: { m, v, step } };
    },
  };
}

/** 1 − βᵗ, without the cancellation of that difference for β near 1. */
function correction(step: tf.Tensor1D, beta: number): tf.Tensor {
  return beta === 0 ? tf.onesLike(step) : tf.neg(tf.expm1(tf.mul(step, Math.log(beta))));
}
