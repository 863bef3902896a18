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
import {
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type DatasetAlgorithm,
  maskValues,
  type PolicyOptions,
  parseConfig,
  takeAction,
} from '@zpin/core';
import { greedyPolicy, type QUpdate, qNetwork, quantileUpdate, quantileValues, valueUpdate } from '@zpin/value-based';
import { requireDiscrete } from './acting/action-kind.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { offlineQAgent, offlineQFields } from './learning/offline-q-agent.ts';
import { cartPole } from './presets/cart-pole.ts';

// ---- configuration ----

export const discreteCqlConfig = configSchema({
  ...offlineQFields,
  cqlWeight: field.nonNegative({
    default: 1,
    meaning: 'weight of the conservative penalty (alpha of the paper); 0 is plain Q-learning',
  }),
  numQuantiles: field.count({
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

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<DiscreteCqlConfig>) =>
  qNetwork({ spec, config, algorithm: 'discrete-cql', outputs: config.numQuantiles });

const valuesOf = ({ numQuantiles }: DiscreteCqlConfig) => (numQuantiles === 1 ? (q: tf.Tensor) => q : quantileValues);

/** Builds a discrete CQL agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DiscreteCqlConfig>) {
  requireDiscrete('discrete-cql', options.spec);
  const config = parseConfig(discreteCqlConfig, options.config, 'discrete-cql');
  const values = valuesOf(config);
  const base = config.numQuantiles === 1 ? valueUpdate({ double: true, loss: 'huber' }) : quantileUpdate({ double: true });
  return offlineQAgent(options, {
    algorithm: 'discrete-cql',
    config,
    network: networkOf({ ...options, config }),
    values,
    ...conservative(base, values, config.cqlWeight),
  });
}

/** Conservative Q-learning from a data set, for discrete actions. */
export const discreteCql: DatasetAlgorithm<DiscreteCqlConfig> = {
  id: 'discrete-cql',
  title: 'Conservative Q-learning for discrete actions (CQL)',
  paper: 'Kumar et al. 2020, "Conservative Q-Learning for Offline Reinforcement Learning", arXiv:2006.04779',
  ...datasetRegime,
  spaces: { actions: ['discrete'] },
  config: discreteCqlConfig,
  presets: { 'CartPole-v1': cartPole.discreteCql },
  create,
  policy: options => greedyPolicy(networkOf(options), valuesOf(options.config)),
};
