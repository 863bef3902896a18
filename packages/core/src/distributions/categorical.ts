import * as tf from '@tensorflow/tfjs-core';
import { offsetBy } from '../nn/offset-by.ts';
import { oneHot } from '../nn/one-hot.ts';
import type { EntropicDistribution } from './distribution.ts';

/**
 * Logit of an illegal action. Its probability is exactly 0 in 32-bit floats, and 0 · log 0 stays 0: minus infinity would make
 * NaN of the entropy, of divergences and of their gradients.
 */
const ILLEGAL_LOGIT = -1e9;

/**
 * One of A actions, with probabilities softmax(logits). Actions are int32 `[B]`: start … start + A − 1, the values of a `Discrete`
 * space.
 */
export class Categorical implements EntropicDistribution {
  /** `[B, A]`, about −1e9 for illegal actions. */
  readonly logProbs: tf.Tensor;
  /** `[B, A]`, exactly 0 for illegal actions. */
  readonly probs: tf.Tensor;
  /** The action of the first logit. */
  readonly #start: number;

  /**
   * @param logits `[B, A]`
   * @param mask `[B, A]`, not 0 where the action is legal; at least one per row
   * @param start the action of the first logit
   */
  constructor(logits: tf.Tensor, mask?: tf.Tensor, start = 0) {
    const legal = mask && tf.where(tf.cast(mask, 'bool'), logits, tf.fill(logits.shape, ILLEGAL_LOGIT));
    this.logProbs = tf.logSoftmax(legal ?? logits);
    this.probs = tf.exp(this.logProbs);
    this.#start = start;
  }

  /**
   * Inversion of the distribution function: the first action whose cumulated probability exceeds the noise. An action of
   * probability 0 is never drawn, whatever the noise and however sums round.
   * @param noise `[B]`, uniform in [0, 1)
   */
  sample(noise: tf.Tensor): tf.Tensor {
    const numActions = this.probs.shape[1] as number;
    const reached = tf.greater(tf.cumsum(this.probs, 1), tf.expandDims(noise, 1));
    // The largest rank wins: the first action that is reached, or the last possible one when rounding let none be.
    const first = tf.range(2 * numActions, numActions, -1);
    const last = tf.range(1, numActions + 1);
    const rank = tf.where(reached, tf.broadcastTo(first, this.probs.shape), tf.broadcastTo(last, this.probs.shape));
    return offsetBy(tf.argMax(tf.where(tf.greater(this.probs, 0), rank, tf.zerosLike(rank)), 1), this.#start);
  }

  /** `[B]`: the most probable action, the first of equals. */
  mode(): tf.Tensor {
    return offsetBy(tf.argMax(this.logProbs, 1), this.#start);
  }

  /** @param action `[B]` */
  logProb(action: tf.Tensor): tf.Tensor {
    const chosen = oneHot(offsetBy(action, -this.#start), this.logProbs.shape[1] as number);
    return tf.sum(tf.mul(this.logProbs, chosen), 1);
  }

  entropy(): tf.Tensor {
    return tf.neg(tf.sum(tf.mul(this.probs, this.logProbs), 1));
  }

  kl(other: Categorical): tf.Tensor {
    return tf.sum(tf.mul(this.probs, tf.sub(this.logProbs, other.logProbs)), 1);
  }
}
