/**
 * Batch-constrained Q-learning for discrete actions: only actions that the data would take are compared.
 *
 * Fujimoto, Conti, Ghavamzadeh, Pineau (2019), "Benchmarking Batch Deep Reinforcement Learning Algorithms", arXiv:1910.01708,
 * algorithm 1.
 *
 *   paper                 here
 *   Q_θ, Q_θ′             first output of the network, `online` and `target`
 *   G_ω(a|s)              softmax of its second output, the imitation
 *   τ                     threshold
 *   κ = 1                 Huber loss
 *
 * Deviations from the paper:
 * 1. Q and G share no layers, as in the authors' code for vectors; on pictures that code shares the convolutions.
 * 2. An action counts where G(a|s) ≥ τ max G in place of >: with τ = 1 the most probable one is left, and this is behavioural
 *    cloning.
 * 3. The square of the logits of G is kept small (`logitPenalty`), as in the authors' code.
 * 4. The target network follows slowly (`tau`), or is copied now and then: `tau` 1 and `targetUpdateEveryUpdates`.
 * 5. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, combine, configSchema, maskValues, type PolicyOptions } from '@zpin/core';
import { type DistributionalUpdate, doubleTarget, dqnLoss, type QNetwork, qNetwork } from '@zpin/value-based';
import { likelihoodLoss } from './bc.ts';
import { offlineQAlgorithm, offlineQFields } from './learning/offline-q-agent.ts';
import { cartPole } from './presets/cart-pole.ts';

// ---- configuration ----

export const discreteBcqConfig = configSchema({
  ...offlineQFields,
  threshold: field.probability({
    default: 0.3,
    meaning: 'how probable an action must be in the data, relative to the most probable one, to count (tau of the paper)',
  }),
  logitPenalty: field.nonNegative({ default: 0.01, meaning: 'weight of the squared logits of the imitation' }),
});

export type DiscreteBcqConfig = ConfigOf<typeof discreteBcqConfig>;

// ---- networks ----

/** Q-values and logits of the imitation side by side: `[B, A, 2]`. @throws SpaceError unless actions are `Discrete` */
export function discreteBcqNetwork({ spec, config }: PolicyOptions<DiscreteBcqConfig>): QNetwork {
  const one = qNetwork({ spec, config, algorithm: 'discrete-bcq' });
  const { layout, init, parts } = combine({ q: one, imitation: one });
  const apply: QNetwork['apply'] = (params, obs) => tf.stack([parts.q.apply(params, obs), parts.imitation.apply(params, obs)], 2);
  return { ...one, layout, init, outputs: 2, apply };
}

/** Q-values and logits of an output `[B, A, 2]`: `[B, A]` each. */
function split(output: tf.Tensor): readonly [q: tf.Tensor, logits: tf.Tensor] {
  const [q, logits] = tf.unstack(output, 2);
  return [q, logits];
}

// ---- losses ----

/** What an action loses that the data would not take: more than any value, and less than an illegal one. */
const UNLIKELY = 1e6;

/**
 * Q where G(a|s) ≥ τ max_a G(a|s), far below elsewhere (equation 11).
 * @param q `[B, A]` @param logits `[B, A]` of G @returns `[B, A]`
 */
export function constrainedValues(q: tf.Tensor, logits: tf.Tensor, threshold: number): tf.Tensor {
  // In logarithms the sum of the softmax cancels.
  const isLikely = tf.greaterEqual(tf.sub(logits, tf.max(logits, 1, true)), Math.log(threshold));
  return tf.where(isLikely, q, tf.sub(q, UNLIKELY));
}

/** Target and loss of algorithm 1. */
function method({ threshold, logitPenalty }: DiscreteBcqConfig): DistributionalUpdate {
  const values = (output: tf.Tensor) => constrainedValues(...split(output), threshold);
  return {
    values,
    target({ reward, discount, nextObs, nextActionMask: mask }, { online, target }) {
      const [nextQ] = split(target(nextObs));
      return doubleTarget(reward, discount, nextQ, maskValues(values(online(nextObs)), mask));
    },
    loss(output, { action, weight }, target) {
      const [q, logits] = split(output);
      const { loss, ...rest } = dqnLoss(q, action, target, undefined, weight);
      const imitationLoss = likelihoodLoss(logits, action);
      const size = tf.mean(tf.square(logits));
      return { ...rest, loss: tf.addN([loss, imitationLoss, tf.mul(size, logitPenalty)]), tdLoss: loss, imitationLoss };
    },
  };
}

// ---- algorithm ----

/** Batch-constrained Q-learning from a data set, for discrete actions. */
export const discreteBcq = offlineQAlgorithm<DiscreteBcqConfig>({
  id: 'discrete-bcq',
  title: 'Batch-constrained Q-learning for discrete actions (BCQ)',
  paper: 'Fujimoto et al. 2019, "Benchmarking Batch Deep Reinforcement Learning Algorithms", arXiv:1910.01708',
  network: discreteBcqNetwork,
  update: method,
  config: discreteBcqConfig,
  presets: { 'CartPole-v1': cartPole.discreteBcq },
});
