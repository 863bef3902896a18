import type * as tf from '@tensorflow/tfjs-core';
import type { ParameterLayout, Params } from './layout.ts';

/** The greedy policy of an algorithm as a pure function; its weights come from a `Policy`. */
export interface PolicyNetwork {
  /** Names and shapes of the weights. */
  readonly layout: ParameterLayout;
  /**
   * @param obs `[B, D]` flat observations
   * @param mask `[B, A]`, 1 = legal
   * @returns actions of the space, `[B]` for `Discrete` (from its `start` on), else `[B, K]`
   */
  act(params: Params, obs: tf.Tensor, mask?: tf.Tensor): tf.Tensor;
}
