import * as tf from '@tensorflow/tfjs-core';
import type { EntropicDistribution } from './distribution.ts';

const HALF_LOG_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/** Normal distribution with independent components. Actions are unbounded, `[B, K]`. */
export class DiagonalGaussian implements EntropicDistribution {
  /** `[B, K]` */
  readonly mean: tf.Tensor;
  /** `[B, K]`: natural logarithm of the standard deviation. */
  readonly logStd: tf.Tensor;

  /**
   * @param mean `[B, K]`
   * @param logStd `[K]`, the same in every state, or `[B, K]`, given by a network
   */
  constructor(mean: tf.Tensor, logStd: tf.Tensor) {
    this.mean = mean;
    this.logStd = logStd.rank === mean.rank ? logStd : tf.broadcastTo(logStd, mean.shape);
  }

  /** @param noise `[B, K]`, standard normal */
  sample(noise: tf.Tensor): tf.Tensor {
    return tf.add(this.mean, tf.mul(tf.exp(this.logStd), noise));
  }

  mode(): tf.Tensor {
    return this.mean;
  }

  /** @param action `[B, K]` */
  logProb(action: tf.Tensor): tf.Tensor {
    return this.logProbOfNoise(tf.mul(tf.sub(action, this.mean), tf.exp(tf.neg(this.logStd))));
  }

  /**
   * Log-probability of the actions that `sample(noise)` gives.
   * @param noise `[B, K]`
   */
  logProbOfNoise(noise: tf.Tensor): tf.Tensor {
    return tf.sum(tf.sub(tf.mul(tf.square(noise), -0.5), tf.add(this.logStd, HALF_LOG_TWO_PI)), 1);
  }

  entropy(): tf.Tensor {
    return tf.sum(tf.add(this.logStd, HALF_LOG_TWO_PI + 0.5), 1);
  }

  /** Σ ½ (σ²/σ′² + (μ − μ′)²/σ′² − 1) − log(σ/σ′), with expm1 so that close distributions do not cancel. */
  kl(other: DiagonalGaussian): tf.Tensor {
    const logRatio = tf.sub(this.logStd, other.logStd);
    const distance = tf.mul(tf.sub(this.mean, other.mean), tf.exp(tf.neg(other.logStd)));
    const excess = tf.mul(tf.add(tf.expm1(tf.mul(logRatio, 2)), tf.square(distance)), 0.5);
    return tf.sum(tf.sub(excess, logRatio), 1);
  }
}
