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
import * as tf from '@tensorflow/tfjs';
import { type Algorithm, type CreateOptions, field, type PolicyOptions, parseConfig, positive, probability } from '@zpin/core';
import { z } from 'zod';
import { valueTaken, valueUpdate } from './dqn.ts';
import { munchausenDqnPresets } from './dqn-presets.ts';
import { maskQ } from './mask-q.ts';
import { type QMethod, qAgent, trainQAgent } from './q-agent.ts';
import { qFields, valueFields } from './q-config.ts';
import { greedyPolicy, qNetwork } from './q-network.ts';

// ---- configuration ----

export const munchausenDqnConfig = z.strictObject({
  ...qFields,
  loss: valueFields.loss,
  logPolicyWeight: probability({ default: 0.9, meaning: 'share of the log-probability that is added to the reward (alpha)' }),
  logPolicyMin: field(z.number().max(0), { default: -1, meaning: 'least log-probability times temperature that is added (l0)' }),
  temperature: positive({ default: 0.03, meaning: 'temperature of the policy (tau), in units of the return' }),
});

export type MunchausenDqnConfig = z.output<typeof munchausenDqnConfig>;

// ---- target ----

/** τ ln Σ_a exp(q_a / τ): at least the largest q, at most τ ln A more. @param q `[B, A]`, illegal actions masked @returns `[B]` */
export function softValue(q: tf.Tensor, temperature: number): tf.Tensor {
  return tf.mul(tf.logSumExp(tf.div(q, temperature), 1), temperature);
}

/**
 * τ ln π(a | s), not below l₀.
 * @param q `[B, A]` of the target network in s, illegal actions masked @param action `[B]` @returns `[B]`
 */
export function scaledLogPolicy(q: tf.Tensor, action: tf.Tensor, temperature: number, least: number): tf.Tensor {
  return tf.clipByValue(tf.sub(valueTaken(q, action), softValue(q, temperature)), least, 0);
}

/** The target of equation 3, `[B]`. */
export function munchausenTarget(config: MunchausenDqnConfig): QMethod<MunchausenDqnConfig>['target'] {
  const { logPolicyWeight, logPolicyMin, temperature } = config;
  return ({ obs, obsMask, action, reward, discount, nextObs, mask }, { target }) => {
    const bonus = scaledLogPolicy(maskQ(target(obs), obsMask), action, temperature, logPolicyMin);
    const next = softValue(maskQ(target(nextObs), mask), temperature);
    return tf.addN([reward, tf.mul(bonus, logPolicyWeight), tf.mul(discount, next)]);
  };
}

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<MunchausenDqnConfig>) =>
  qNetwork({ spec, config, algorithm: 'munchausen-dqn' });

/** Builds a Munchausen DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<MunchausenDqnConfig>) {
  const config = parseConfig(munchausenDqnConfig, options.config, 'munchausen-dqn');
  const network = networkOf({ ...options, config });
  const { loss } = valueUpdate({ ...config, double: false });
  return qAgent(options, { algorithm: 'munchausen-dqn', config, network, target: munchausenTarget(config), loss });
}

/** Munchausen DQN, for discrete actions. */
export const munchausenDqn: Algorithm<MunchausenDqnConfig> = {
  id: 'munchausen-dqn',
  title: 'Munchausen DQN',
  paper: 'Vieillard et al. 2020, "Munchausen reinforcement learning", arXiv:2007.14430',
  config: munchausenDqnConfig,
  presets: munchausenDqnPresets,
  create,
  policy: options => greedyPolicy(networkOf(options)),
  train: trainQAgent,
};
