import * as tf from '@tensorflow/tfjs-core';
import { field, type ValuesOf } from '@zpin/contracts';
import { adam, trainable } from '@zpin/core';
import { logarithm } from './logarithm.ts';

/** Settings of a temperature (Haarnoja et al. 2018, arXiv:1812.05905, section 5). */
export const temperatureFields = {
  alpha: field.positive({ default: 1, meaning: 'weight of the entropy (temperature); where it is learned, the first one' }),
  learnAlpha: field.boolean({ default: true, meaning: 'adapt the temperature to the target entropy' }),
};

export type TemperatureConfig = Readonly<ValuesOf<typeof temperatureFields>>;

/**
 * J(α) = −log α · mean (log π(a|s) + H̄) (Haarnoja et al. 2018, arXiv:1812.05905, eq. 18, without the factor α): scalar.
 * @param logAlpha `[1]` @param logProb `[B]`, constant @param targetEntropy H̄: a number, or a scalar
 */
export function temperatureLoss(logAlpha: tf.Tensor, logProb: tf.Tensor, targetEntropy: number | tf.Tensor): tf.Tensor {
  return tf.neg(tf.mul(tf.sum(logAlpha), tf.add(tf.mean(logProb), targetEntropy)));
}

/** What a temperature reads and writes of the state of a program. */
export interface TemperatureState {
  readonly logAlpha: tf.Tensor1D;
  readonly alphaAdam: Readonly<Record<'m' | 'v' | 'step', tf.Tensor1D>>;
}

export interface AdaptOptions {
  /** `[B]`: log π(a|s), constant. */
  readonly logProb: tf.Tensor;
  /** H̄: a number, or a scalar. */
  readonly targetEntropy: number | tf.Tensor;
  /** Scalar or `[1]` */
  readonly learningRate: tf.Tensor;
}

/** The temperature α of a soft actor-critic, kept as its logarithm: `logAlpha` and `alphaAdam` of the store. */
export function temperature({ alpha, learnAlpha }: TemperatureConfig) {
  const logAlpha = trainable({ network: logarithm(alpha), optimizer: adam(), name: 'logAlpha', moments: 'alphaAdam' });
  return {
    vectors: logAlpha.vectors,
    /** α: `[1]`. */
    at: (state: Pick<TemperatureState, 'logAlpha'>): tf.Tensor => tf.exp(logAlpha.at(state)()),
    /** One step of Adam that draws the entropy of the policy to H̄; nothing where the temperature is fixed. */
    adapt(state: TemperatureState, { logProb, targetEntropy, learningRate }: AdaptOptions): Partial<TemperatureState> {
      if (!learnAlpha) return {};
      const step = logAlpha.descend(state, learningRate, log => ({ loss: temperatureLoss(log(), logProb, targetEntropy) }));
      return step.next;
    },
  };
}
