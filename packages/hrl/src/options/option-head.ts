import * as tf from '@tensorflow/tfjs-core';
import { describeSpace, type EnvSpec, message, SpaceError } from '@zpin/contracts';
import { Categorical, type EntropicDistribution, type InputShape, int32, SquashedGaussian } from '@zpin/core';

/** How the numbers that a network gives for one option become its policy. */
export interface OptionHead {
  /** Numbers of an option in a state (P): a logit of each action, or means and logarithms of deviations. */
  readonly size: number;
  /** Shape of a batch of actions, `[B]` or `[B, K]`, in the element type of rows of the space. */
  readonly action: InputShape;
  /** Actions that can be masked (A); 0 where masks have no meaning. */
  readonly maskSize: number;
  /** Normal numbers that an action is sampled with (K); 0 where it is sampled with one uniform number. */
  readonly normals: number;
  /** π_ω(·|s) of one option per row. @param numbers `[B, P]` @param mask `[B, A]`, 1 = legal */
  policy(numbers: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
}

/** Bounds of log σ: below, one step of a policy leads out of it; above, tanh takes most samples to the bounds. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-3, 0];
/**
 * The largest mean before tanh, which makes 0.987 of it. Actions at a bound say nothing about those before it, so a mean far
 * behind the bound would stay there.
 */
const LARGEST_MEAN = 2.5;

/**
 * A softmax over `Discrete` actions; for a bounded `Box`, a normal distribution that tanh brings within the bounds, with a
 * deviation that depends on the state.
 * @param algorithm named in errors
 * @throws SpaceError for all other actions, and for a `Box` without finite bounds
 */
export function optionHead(algorithm: string, { id, actionSpace }: EnvSpec): OptionHead {
  if (actionSpace.type === 'discrete') {
    const { n, start } = actionSpace;
    return {
      ...{ size: n, action: int32(['batch']), maskSize: n, normals: 0 },
      policy: (logits, mask) => new Categorical(logits, mask, start),
    };
  }
  if (actionSpace.type !== 'box' || actionSpace.dtype !== 'float32') {
    const expectation = `actions of ${id} must be Discrete or a Box of floats`;
    throw new SpaceError(message(algorithm, expectation, describeSpace(actionSpace), 'Use ppo'));
  }
  const { low, high } = actionSpace;
  const bad = low.findIndex((bottom, k) => !(Number.isFinite(high[k] - bottom) && bottom < high[k]));
  if (bad >= 0) {
    const expectation = `bounds of the actions of ${id} must be finite, low < high`;
    const found = `${describeSpace(actionSpace)}, element ${bad} in [${low[bad]}, ${high[bad]}]`;
    throw new SpaceError(message(algorithm, expectation, found, 'Bound the action space, or use ppo'));
  }
  const size = low.length;
  return {
    ...{ size: 2 * size, action: ['batch', size], maskSize: 0, normals: size },
    policy(numbers) {
      const [score, logStd] = tf.split(numbers, 2, 1);
      const mean = tf.mul(tf.tanh(tf.div(score, LARGEST_MEAN)), LARGEST_MEAN);
      return new SquashedGaussian(mean, tf.clipByValue(logStd, MIN_LOG_STD, MAX_LOG_STD), { low, high });
    },
  };
}
