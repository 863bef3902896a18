/**
 * Quantile regression DQN: learns quantiles of the return.
 *
 * Dabney et al. (2018), "Distributional reinforcement learning with quantile regression", arXiv:1710.10044, algorithm 1.
 *
 *   paper        here
 *   θ_i(x, a)    outputs of the network [B, A, N]
 *   τ̂_i          (2i − 1) / 2N, midpoints of N equal shares (lemma 2)
 *   Q(x, a)      mean of the quantiles; with `risk` what of them actions are chosen by, also the next one of a target
 *   ρ^κ_τ̂, κ     `quantileHuber` of `@zpin/core`, kappa (equations 9 and 10)
 *
 * Deviations from the paper: step size and epsilon of Adam, unless settings say so; a time limit bootstraps; the gradient is clipped to a global norm.
 */
import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, configSchema, maskValues, quantileHuber, takeAction, weightedMean } from '@zpin/core';
import { acrobot } from './presets/acrobot.ts';
import { cartPole } from './presets/cart-pole.ts';
import { mountainCar } from './presets/mountain-car.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { doubleField, kappaField, qFields } from './q-learner/q-fields.ts';
import type { DistributionalUpdate, QLoss } from './q-learner/q-method.ts';
import { qNetwork } from './q-learner/q-network.ts';
import { type RiskConfig, riskFields, riskNeutral, riskValue } from './q-learner/risk.ts';

// ---- configuration ----

export const qrDqnConfig = configSchema({
  ...qFields,
  numQuantiles: field.count({ min: 2, max: 1000, default: 50, meaning: 'quantiles of the return of each action (N)' }),
  kappa: kappaField,
  double: doubleField(false),
  ...riskFields,
});

export type QrDqnConfig = ConfigOf<typeof qrDqnConfig>;

// ---- losses ----

/** Q = Σ_j θ_j / N, the mean of the quantiles (algorithm 1, first line). @param quantiles `[B, A, N]` @returns `[B, A]` */
export function quantileValues(quantiles: tf.Tensor): tf.Tensor {
  return tf.mean(quantiles, 2);
}

/** What actions are chosen by, of quantiles at the midpoints of N equal shares `[B, A, N]`, in their order. @returns `[B, A]` */
export function quantileRisk(quantiles: tf.Tensor, config: RiskConfig): tf.Tensor {
  if (config.risk === 'mean') return quantileValues(quantiles);
  const count = quantiles.shape[2] as number;
  return riskValue(quantiles, tf.fill([count], 1 / count), config);
}

/**
 * T θ_j = r + d θ_j(s′, a*) (algorithm 1).
 * @param reward `[B]` @param discount `[B]` @param next `[B, N]`: quantiles of the next action @returns `[B, N]`
 */
export function quantileTarget(reward: tf.Tensor, discount: tf.Tensor, next: tf.Tensor): tf.Tensor {
  return tf.add(tf.expandDims(reward, 1), tf.mul(tf.expandDims(discount, 1), next));
}

/**
 * Quantile Huber loss of the action taken (equation 10; algorithm 1, last line).
 * @param quantiles `[B, A, N]` @param action `[B]` @param target `[B, M]`, constant @param weight `[B]`; 1 when omitted
 * @param fractions τ `[B, N]`; the midpoints of N shares when omitted @param kappa κ, in units of the return
 */
export function quantileLoss(
  quantiles: tf.Tensor,
  action: tf.Tensor,
  target: tf.Tensor,
  weight?: tf.Tensor,
  fractions?: tf.Tensor,
  kappa = 1,
): QLoss {
  const taken = takeAction(quantiles, action);
  const error = quantileHuber(taken, target, fractions, kappa);
  return { loss: weightedMean(error, weight), qTaken: tf.mean(taken, 1), error };
}

// ---- update ----

/**
 * Values, target and loss of every method that learns quantiles. Where the network was given fractions, these are the quantiles'
 * τ. Means may be of quantiles at drawn fractions; any other measure of risk needs them at the midpoints.
 */
export function quantileUpdate({
  double,
  kappa = 1,
  ...given
}: Pick<QrDqnConfig, 'double'> & Partial<RiskConfig & Pick<QrDqnConfig, 'kappa'>>): DistributionalUpdate {
  const config = { ...riskNeutral, ...given };
  const values = (quantiles: tf.Tensor) => quantileRisk(quantiles, config);
  const draws = config.risk === 'mean' ? undefined : 'quiet';
  return {
    values,
    target({ reward, discount, nextObs, nextActionMask: mask }, { online, target }) {
      const next = target(nextObs);
      const choice = double || draws ? (double ? online : target)(nextObs, draws) : next;
      const action = tf.argMax(maskValues(values(choice), mask), 1);
      return quantileTarget(reward, discount, takeAction(next, action));
    },
    loss: (quantiles, { action, weight }, target, fractions) => quantileLoss(quantiles, action, target, weight, fractions, kappa),
  };
}

// ---- algorithm ----

/** Quantile regression DQN, for discrete actions. */
export const qrDqn = qAlgorithm<QrDqnConfig>({
  id: 'qr-dqn',
  title: 'Quantile regression DQN',
  paper: 'Dabney et al. 2018, "Distributional reinforcement learning with quantile regression", arXiv:1710.10044',
  network: options => qNetwork({ ...options, outputs: options.config.numQuantiles }),
  update: quantileUpdate,
  config: qrDqnConfig,
  samplesPerRow: ({ numQuantiles }) => numQuantiles,
  presets: { 'CartPole-v1': cartPole.qrDqn, 'MountainCar-v0': mountainCar.qrDqn, 'Acrobot-v1': acrobot.qrDqn },
});
