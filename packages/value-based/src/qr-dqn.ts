/**
 * Quantile regression DQN: learns quantiles of the return.
 *
 * Dabney et al. (2018), "Distributional reinforcement learning with quantile regression", arXiv:1710.10044, algorithm 1.
 *
 *   paper        here
 *   θ_i(x, a)    outputs of the network [B, A, N]
 *   τ̂_i          (2i − 1) / 2N, midpoints of N equal shares (lemma 2)
 *   Q(x, a)      mean of the quantiles
 *   ρ^κ_τ̂        `quantileHuber`, κ = 1 (equations 9 and 10)
 *
 * Deviations from the paper: step size and epsilon of Adam; a time limit bootstraps; the gradient is clipped to a global norm.
 */

import * as tf from '@tensorflow/tfjs';
import { type Algorithm, type CreateOptions, count, field, type PolicyOptions, parseConfig } from '@zpin/core';
import { z } from 'zod';
import { huber } from './dqn.ts';
import { qrDqnPresets } from './dqn-presets.ts';
import { maskQ } from './mask-q.ts';
import { outputTaken } from './output-taken.ts';
import { type QLoss, type QMethod, qAgent, trainQAgent, weightedMean } from './q-agent.ts';
import { qFields } from './q-config.ts';
import { greedyPolicy, qNetwork } from './q-network.ts';

// ---- configuration ----

export const qrDqnConfig = z.strictObject({
  ...qFields,
  numQuantiles: count({ min: 2, default: 50, meaning: 'quantiles of the return of each action (N)' }),
  double: field(z.boolean(), { default: false, meaning: 'whether the online network chooses the next action of the target' }),
});

export type QrDqnConfig = z.output<typeof qrDqnConfig>;

// ---- losses ----

/** Q: mean of the quantiles. @param quantiles `[B, A, N]` @returns `[B, A]` */
export function quantileValues(quantiles: tf.Tensor): tf.Tensor {
  return tf.mean(quantiles, 2);
}

/** r + d θ′_j. @param reward `[B]` @param discount `[B]` @param next `[B, N]`: quantiles of the next action @returns `[B, N]` */
export function quantileTarget(reward: tf.Tensor, discount: tf.Tensor, next: tf.Tensor): tf.Tensor {
  return tf.add(tf.expandDims(reward, 1), tf.mul(tf.expandDims(discount, 1), next));
}

/** τ̂: midpoints of `count` equal shares of [0, 1], `[1, count]`. */
export function quantileMidpoints(count: number): tf.Tensor2D {
  return tf.tensor2d(
    Array.from({ length: count }, (_, i) => (2 * i + 1) / (2 * count)),
    [1, count],
  );
}

/**
 * Σ_i mean_j |τ_i − 1{u < 0}| L₁(u), u = y_j − θ_i (algorithm 1).
 * @param quantiles θ `[B, N]` @param target y `[B, M]`, constant @param fractions τ `[B, N]`; the midpoints of N shares when omitted
 * @returns `[B]`
 */
export function quantileHuber(quantiles: tf.Tensor, target: tf.Tensor, fractions?: tf.Tensor): tf.Tensor {
  const tau = tf.expandDims(fractions ?? quantileMidpoints(quantiles.shape[1] as number), 2);
  const error = tf.sub(tf.expandDims(target, 1), tf.expandDims(quantiles, 2));
  const weight = tf.where(tf.less(error, 0), tf.sub(1, tau), tau);
  return tf.div(tf.sum(tf.mul(weight, huber(error)), [1, 2]), target.shape[1] as number);
}

/**
 * @param quantiles `[B, A, N]` @param action `[B]` @param target `[B, M]`, constant @param weight `[B]`; 1 when omitted
 * @param fractions τ `[B, N]`; the midpoints of N shares when omitted
 */
export function quantileLoss(
  quantiles: tf.Tensor,
  action: tf.Tensor,
  target: tf.Tensor,
  weight?: tf.Tensor,
  fractions?: tf.Tensor,
): QLoss {
  const taken = outputTaken(quantiles, action);
  const error = quantileHuber(taken, target, fractions);
  return { loss: weightedMean(error, weight), qTaken: tf.mean(taken, 1), error };
}

// ---- update ----

/** Values, target and loss of every method that learns quantiles. Where the network was given fractions, these are the quantiles' τ. */
export function quantileUpdate({
  double,
}: Pick<QrDqnConfig, 'double'>): Required<Pick<QMethod<object>, 'values' | 'target' | 'loss'>> {
  return {
    values: quantileValues,
    target({ reward, discount, nextObs, mask }, { online, target }) {
      const next = target(nextObs);
      const action = tf.argMax(maskQ(quantileValues(double ? online(nextObs) : next), mask), 1);
      return quantileTarget(reward, discount, outputTaken(next, action));
    },
    loss: (quantiles, { action, weight }, target, fractions) => quantileLoss(quantiles, action, target, weight, fractions),
  };
}

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<QrDqnConfig>) =>
  qNetwork({ spec, config, algorithm: 'qr-dqn', outputs: config.numQuantiles });

/** Builds a QR-DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<QrDqnConfig>) {
  const config = parseConfig(qrDqnConfig, options.config, 'qr-dqn');
  return qAgent(options, { algorithm: 'qr-dqn', config, network: networkOf({ ...options, config }), ...quantileUpdate(config) });
}

/** Quantile regression DQN, for discrete actions. */
export const qrDqn: Algorithm<QrDqnConfig> = {
  id: 'qr-dqn',
  title: 'Quantile regression DQN',
  paper: 'Dabney et al. 2018, "Distributional reinforcement learning with quantile regression", arXiv:1710.10044',
  config: qrDqnConfig,
  presets: qrDqnPresets,
  create,
  policy: options => greedyPolicy(networkOf(options), quantileValues),
  train: trainQAgent,
};
