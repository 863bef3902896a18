import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './check-range.ts';
import type { Optimizer } from './optimizer.ts';

export interface RmspropOptions {
  /** Decay of the means, in [0, 1). */
  readonly decay?: number;
  /** Keeps the divisor from 0, ≥ 0. */
  readonly epsilon?: number;
  /** `outside` the root as in PyTorch, √v + ε; `inside` as in TensorFlow and in DQN, √(v + ε). */
  readonly epsilonPlacement?: 'outside' | 'inside';
  /** Divides by the standard deviation of gradients in place of the root of their mean square, as DQN does. */
  readonly centered?: boolean;
  /** Share of the last change that is added to the next, in [0, 1). */
  readonly momentum?: number;
  /** Mean square before the first step: 0 in PyTorch, 1 in TensorFlow. */
  readonly initialMeanSquare?: number;
}

/**
 * RMSprop (Tieleman & Hinton 2012, lecture 6.5):
 *
 *     v ← ρ v + (1 − ρ) g²        θ ← θ − α g / (√v + ε)
 *
 * and centred (Graves 2013, "Generating sequences with recurrent neural networks", eq. 38–45): v − ḡ² in place of v, with ḡ the
 * running mean of g. State: `meanSquare`, with `centered` `mean`, with `momentum` `velocity`; each `[P]`.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const {
    decay = 0.99,
    epsilon = 1e-8,
    epsilonPlacement = 'outside',
    centered = false,
    momentum = 0,
    initialMeanSquare = 0,
  } = options;
  checkRange('rmsprop', { decay, momentum }, 1);
  checkRange('rmsprop', { epsilon, initialMeanSquare }, Number.POSITIVE_INFINITY);
  const average = (mean: tf.Tensor1D, value: tf.Tensor): tf.Tensor1D => tf.add(tf.mul(mean, decay), tf.mul(value, 1 - decay));
  return {
    init: size => ({
      meanSquare: new Float32Array(size).fill(initialMeanSquare),
      ...(centered && { mean: new Float32Array(size) }),
      ...(momentum > 0 && { velocity: new Float32Array(size) }),
    }),
    step({ parameters, gradient, state, learningRate }) {
      const meanSquare = average(state.meanSquare, tf.square(gradient));
      const next: Record<string, tf.Tensor1D> = { meanSquare };
      let variance: tf.Tensor = meanSquare;
      if (centered) {
        next.mean = average(state.mean, gradient);
        // Rounding can bring the difference below 0, where it has no root.
        variance = tf.relu(tf.sub(meanSquare, tf.square(next.mean)));
      }
      const divisor = epsilonPlacement === 'inside' ? tf.sqrt(tf.add(variance, epsilon)) : tf.add(tf.sqrt(variance), epsilon);
      let direction: tf.Tensor1D = tf.div(gradient, divisor);
      if (momentum > 0) direction = next.velocity = tf.add(tf.mul(state.velocity, momentum), direction);
      return { parameters: tf.sub(parameters, tf.mul(direction, learningRate)), state: next };
    },
  };
}
