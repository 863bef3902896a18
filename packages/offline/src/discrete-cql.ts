/**
 * Conservative Q-learning for discrete actions: what the data do not show is valued low.
 *
 * Kumar, Zhou, Tucker, Levine (2020), "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779, algorithm 1
 * with CQL(H) (equation 4) on Double DQN, or on QR-DQN as in section 6.
 *
 *   paper            here
 *   Q_θ              online network, `online`; of the targets `target`
 *   α                cqlWeight
 *   log Σ_a exp Q    `conservativePenalty`, minus Q of the action in the data
 *
 * Deviations from the paper:
 * 1. Double DQN with the Huber loss unless `numQuantiles` is above 1: then the QR-DQN of its Atari experiments.
 * 2. The target network follows slowly (`tau`), or is copied now and then as in the paper: `tau` 1 and
 *    `targetUpdateEveryUpdates`.
 * 3. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, configSchema, maskValues, takeAction } from '@zpin/core';
import {
  type DistributionalUpdate,
  type QUpdate,
  qNetwork,
  quantileUpdate,
  quantileValues,
  valueUpdate,
} from '@zpin/value-based';
import { offlineQAlgorithm, offlineQFields } from './learning/offline-q-agent.ts';
import { cartPole } from './presets/cart-pole.ts';

// ---- configuration ----

export const discreteCqlConfig = configSchema({
  ...offlineQFields,
  cqlWeight: field.nonNegative({
    default: 1,
    meaning: 'weight of the conservative penalty (alpha of the paper); 0 is plain Q-learning',
  }),
  numQuantiles: field.count({
    max: 1000,
    default: 1,
    meaning: 'quantiles of the return of each action (QR-DQN); 1 learns its mean (Double DQN)',
  }),
});

export type DiscreteCqlConfig = ConfigOf<typeof discreteCqlConfig>;

// ---- losses ----

/**
 * log Σ_a exp Q(s, a) − Q(s, a_data): how far the data's action is below the best, softly (equation 4).
 * @param q `[B, A]` @param action `[B]`: of the data @param mask `[B, A]`: legal actions, over which the sum goes @returns `[B]`,
 * ≥ 0
 */
export function conservativePenalty(q: tf.Tensor, action: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  return tf.sub(tf.logSumExp(maskValues(q, mask), 1), takeAction(q, action));
}

/** The update of the method underneath, with the penalty: α E[log Σ_a exp Q − Q] + its own loss. */
function conservative(base: QUpdate, values: (output: tf.Tensor) => tf.Tensor, weight: number): QUpdate {
  return {
    target: base.target,
    loss(output, batch, target, noise) {
      const { loss, ...rest } = base.loss(output, batch, target, noise);
      const penalty = tf.mean(conservativePenalty(values(output), batch.action, batch.actionMask));
      return { ...rest, loss: tf.add(loss, tf.mul(penalty, weight)), tdLoss: loss, penalty };
    },
  };
}

/** The update of Double DQN, or of QR-DQN, with the penalty. */
function method({ numQuantiles, cqlWeight }: DiscreteCqlConfig): DistributionalUpdate {
  const isPlain = numQuantiles === 1;
  const base = isPlain ? valueUpdate({ double: true, loss: 'huber' }) : quantileUpdate({ double: true });
  const values = isPlain ? (q: tf.Tensor) => q : quantileValues;
  return { values, ...conservative(base, values, cqlWeight) };
}

// ---- algorithm ----

/** Conservative Q-learning from a data set, for discrete actions. */
export const discreteCql = offlineQAlgorithm<DiscreteCqlConfig>({
  id: 'discrete-cql',
  title: 'Conservative Q-learning for discrete actions (CQL)',
  paper: 'Kumar et al. 2020, "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779',
  network: options => qNetwork({ ...options, outputs: options.config.numQuantiles }),
  update: method,
  config: discreteCqlConfig,
  samplesPerRow: ({ numQuantiles }) => numQuantiles,
  presets: { 'CartPole-v1': cartPole.discreteCql },
});
