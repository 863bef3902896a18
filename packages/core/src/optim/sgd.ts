import * as tf from '@tensorflow/tfjs-core';
import { checkRange } from './check-range.ts';
import type { Optimizer } from './optimizer.ts';

export interface SgdOptions {
  /** Share of the last change that is added to the next (Polyak 1964), in [0, 1). */
  readonly momentum?: number;
  /** Looks ahead along the velocity before it takes the gradient (Nesterov 1983, in the form of Sutskever et al. 2013). */
  readonly nesterov?: boolean;
}

/** Gradient descent, θ ← θ − α u with u ← μ u + g; without momentum u = g. State: with momentum `velocity` `[P]`, else none. */
export function sgd(options: SgdOptions = {}): Optimizer {
  const { momentum = 0, nesterov = false } = options;
  checkRange('sgd', { momentum }, 1);
  return {
    init: (size): Record<string, Float32Array> => (momentum > 0 ? { velocity: new Float32Array(size) } : {}),
    step({ parameters, gradient, state, learningRate }) {
      if (momentum === 0) return { parameters: tf.sub(parameters, tf.mul(gradient, learningRate)), state: {} };
      const velocity: tf.Tensor1D = tf.add(tf.mul(state.velocity, momentum), gradient);
      const direction = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity;
      return { parameters: tf.sub(parameters, tf.mul(direction, learningRate)), state: { velocity } };
    },
  };
}
