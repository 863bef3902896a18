/**
 * Munchausen DQN: rewards the agent for the log-probability of its own action, and learns the value of a soft policy.
 *
 * Vieillard, Pietquin & Geist (2020), "Munchausen reinforcement learning", arXiv:2007.14430, equation 3 and algorithm 1.
 *
 *   paper          here
 *   q_θ̄            target network, `target`
 *   π_θ̄            softmax of q_θ̄ / τ
 *   τ              temperature
 *   α, l₀          logPolicyWeight, logPolicyMin
 *   target         r + α [τ ln π(a | s)]_{l₀}^0 + γ Σ_a′ π(a′ | s′) (q(s′, a′) − τ ln π(a′ | s′))
 *
 * The sum over a′ equals τ ln Σ_a′ exp(q(s′, a′) / τ), the `softValue` of s′, and τ ln π(a | s) = q(s, a) − `softValue` of s.
 *
 * Deviations from the paper:
 * 1. With `nSteps`, only the first action is rewarded for its probability.
 * 2. Those of `dqn`, whose loss it uses.
 */
import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, configSchema, maskValues, takeAction } from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { qFields, valueFields } from './q-learner/q-fields.ts';
import type { QUpdate } from './q-learner/q-method.ts';

// ---- configuration ----

export const munchausenDqnConfig = configSchema({
  ...qFields,
  loss: valueFields.loss,
  logPolicyWeight: field.probability({
    default: 0.9,
    meaning: 'share of the log-probability that is added to the reward (alpha)',
  }),
  logPolicyMin: field.number({ max: 0, default: -1, meaning: 'least log-probability times temperature that is added (l0)' }),
  temperature: field.positive({ default: 0.03, meaning: 'temperature of the policy (tau), in units of the return' }),
});

export type MunchausenDqnConfig = ConfigOf<typeof munchausenDqnConfig>;

// ---- target ----

/**
 * Σ_a π(a | s) (q_a − τ ln π(a | s)) of equation 3, as τ ln Σ_a exp(q_a / τ): at least the largest q, at most τ ln A more.
 * @param q `[B, A]`, illegal actions masked @returns `[B]`
 */
export function softValue(q: tf.Tensor, temperature: number): tf.Tensor {
  return tf.mul(tf.logSumExp(tf.div(q, temperature), 1), temperature);
}

/**
 * [τ ln π(a | s)]_{l₀}^0 of equation 3.
 * @param q `[B, A]` of the target network in s, illegal actions masked @param action `[B]` @returns `[B]`
 */
export function scaledLogPolicy(q: tf.Tensor, action: tf.Tensor, temperature: number, least: number): tf.Tensor {
  return tf.clipByValue(tf.sub(takeAction(q, action), softValue(q, temperature)), least, 0);
}

/** The target of equation 3, `[B]`. */
export function munchausenTarget(config: MunchausenDqnConfig): QUpdate['target'] {
  const { logPolicyWeight, logPolicyMin, temperature } = config;
  return ({ obs, actionMask, action, reward, discount, nextObs, nextActionMask }, { target }) => {
    const bonus = scaledLogPolicy(maskValues(target(obs), actionMask), action, temperature, logPolicyMin);
    const next = softValue(maskValues(target(nextObs), nextActionMask), temperature);
    return tf.addN([reward, tf.mul(bonus, logPolicyWeight), tf.mul(discount, next)]);
  };
}

// ---- algorithm ----

/** Munchausen DQN, for discrete actions. */
export const munchausenDqn = qAlgorithm<MunchausenDqnConfig>({
  id: 'munchausen-dqn',
  title: 'Munchausen DQN',
  paper: 'Vieillard et al. 2020, "Munchausen reinforcement learning", arXiv:2007.14430',
  update: config => ({ target: munchausenTarget(config), loss: valueUpdate({ ...config, double: false }).loss }),
  config: munchausenDqnConfig,
  presets: { 'CartPole-v1': cartPole.munchausenDqn },
});
