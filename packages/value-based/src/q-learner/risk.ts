import * as tf from '@tensorflow/tfjs-core';
import { field, type ValuesOf } from '@zpin/contracts';

/** Settings of an agent that chooses actions by more of the distribution of the return than its mean. */
export const riskFields = {
  risk: field.choice(['mean', 'cvar', 'mean-deviation'], {
    default: 'mean',
    meaning:
      'what of the distribution of the return actions are chosen by: its mean, the mean of its worst share, or mean and deviation',
  }),
  cvarShare: field.number({
    above: 0,
    max: 1,
    default: 0.25,
    meaning: 'share of the worst returns whose mean counts with cvar; 1 is the mean of all',
  }),
  deviationWeight: field.number({
    default: -0.5,
    meaning: 'standard deviations added to the mean with mean-deviation; negative avoids risk, positive seeks it',
  }),
};

export type RiskConfig = ValuesOf<typeof riskFields>;

/** The mean, which learning by expected returns chooses by. */
export const riskNeutral: RiskConfig = { risk: 'mean', cvarShare: 1, deviationWeight: 0 };

/**
 * What actions are chosen by, of a distribution that is given by values and their probabilities in ascending order of the values.
 *
 * - `mean`: Σ p_i z_i.
 * - `cvar`: the mean of the worst share η, conditional value at risk (Rockafellar & Uryasev 2000; as a policy Dabney et al. 2018,
 *   arXiv:1806.06923, section 3.1): Σ w_i z_i / η, where w_i is the part of p_i that lies within the first η of the probability.
 * - `mean-deviation`: mean + c √(Σ p_i z_i² − mean²).
 * @param values `[..., N]` @param probabilities `[..., N]`, or anything that broadcasts to it @returns `[...]`
 */
export function riskValue(values: tf.Tensor, probabilities: tf.Tensor, config: RiskConfig): tf.Tensor {
  const axis = values.rank - 1;
  if (config.risk === 'cvar') {
    const upTo = tf.cumsum(probabilities, probabilities.rank - 1);
    const left = tf.sub(config.cvarShare, tf.sub(upTo, probabilities));
    const worst = tf.clipByValue(tf.minimum(left, probabilities), 0, 1);
    return tf.div(tf.sum(tf.mul(worst, values), axis), config.cvarShare);
  }
  const mean = tf.sum(tf.mul(probabilities, values), axis);
  if (config.risk === 'mean') return mean;
  const distance = tf.sub(values, tf.expandDims(mean, axis));
  const variance = tf.sum(tf.mul(probabilities, tf.square(distance)), axis);
  return tf.add(mean, tf.mul(tf.sqrt(variance), config.deviationWeight));
}
