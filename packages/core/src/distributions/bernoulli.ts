import * as tf from '@tensorflow/tfjs-core';
import type { EntropicDistribution } from './distribution.ts';

/** K independent yes/no choices: for `MultiBinary` spaces. Actions are 0 or 1 (int32), `[B, K]`. */
export class Bernoulli implements EntropicDistribution {
  /** `[B, K]`: log(p / (1 − p)) of a 1. */
  readonly logits: tf.Tensor;

  /** @param logits `[B, K]` */
  constructor(logits: tf.Tensor) {
    this.logits = logits;
  }

  /** @param noise `[B, K]`, uniform in [0, 1) */
  sample(noise: tf.Tensor): tf.Tensor {
    return tf.cast(tf.less(noise, tf.sigmoid(this.logits)), 'int32');
  }

  /** `[B, K]`: 1 where it is more probable than 0. */
  mode(): tf.Tensor {
    return tf.cast(tf.greater(this.logits, 0), 'int32');
  }

  /** a · logit − log(1 + e^logit), summed. @param action `[B, K]` */
  logProb(action: tf.Tensor): tf.Tensor {
    return tf.sum(tf.sub(tf.mul(tf.cast(action, 'float32'), this.logits), tf.softplus(this.logits)), 1);
  }

  entropy(): tf.Tensor {
    return tf.sum(tf.sub(tf.softplus(this.logits), tf.mul(tf.sigmoid(this.logits), this.logits)), 1);
  }

  kl(other: Bernoulli): tf.Tensor {
    const expected = tf.mul(tf.sigmoid(this.logits), tf.sub(this.logits, other.logits));
    return tf.sum(tf.add(expected, tf.sub(tf.softplus(other.logits), tf.softplus(this.logits))), 1);
  }
}
