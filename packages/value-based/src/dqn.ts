/**
 * Deep Q-learning with replay memory and a target network.
 *
 * Mnih et al. (2015), "Human-level control through deep reinforcement learning", Nature 518, algorithm 1.
 *
 *   paper        here
 *   Q, θ         online network, `online`
 *   Q̂, θ⁻        target network, `target`
 *   C            targetUpdateEverySteps
 *   N, D         bufferSize, replay memory
 *   ε            epsilon: 1 until `learningStarts`; linear from `epsilonStart` to `epsilonEnd` over `explorationFraction` of the run
 *   y_j          target = reward + discount · max_a Q̂(nextObs, a)
 *
 * Options beyond the paper: `double` (van Hasselt et al. 2016, arXiv:1509.06461: the online network chooses the next action, the target
 * network values it), `nSteps` (n-step returns), `loss` (Huber or squared error), `tau` (a target that follows slowly). Without
 * `targetNetwork` it is the first DQN (Mnih et al. 2013, "Playing Atari with deep reinforcement learning", arXiv:1312.5602, algorithm 1):
 * replay memory and one network.
 *
 * Deviations from the paper:
 * 1. Adam in place of RMSprop, and the Huber loss, whose gradient is the clipped TD error of the paper.
 * 2. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 * 3. The gradient is clipped to a global norm (`maxGradientNorm`).
 */

import * as tf from '@tensorflow/tfjs';
import { type Algorithm, type CreateOptions, field, oneHot, type PolicyOptions, parseConfig, stopGradient } from '@zpin/core';
import { z } from 'zod';
import { dqnPresets } from './dqn-presets.ts';
import { maskQ } from './mask-q.ts';
import { type QBatch, type QLoss, type QMethod, qAgent, trainQAgent, weightedMean } from './q-agent.ts';
import { type ValueConfig, valueFields } from './q-config.ts';
import { greedyPolicy, qNetwork } from './q-network.ts';

// ---- configuration ----

export const dqnConfig = z.strictObject({
  ...valueFields,
  targetNetwork: field(z.boolean(), {
    default: true,
    meaning: 'whether targets come from a copy of the network that is updated now and then; false is DQN of 2013',
  }),
});

export type DqnConfig = z.output<typeof dqnConfig>;

// ---- losses ----

/**
 * y = r + d · max_a Q̂(s′, a) (algorithm 1).
 * @param reward `[B]` @param discount `[B]`: γⁿ, or 0 after a termination @param nextQ `[B, A]` of the target network, illegal actions masked
 * @returns `[B]`
 */
export function dqnTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, tf.max(nextQ, 1)));
}

/**
 * y = r + d · Q̂(s′, argmax_a Q(s′, a)) (van Hasselt et al. 2016, equation 4).
 * @param nextQ `[B, A]` of the target network @param choice `[B, A]` of the online network; illegal actions masked @returns `[B]`
 */
export function doubleTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: tf.Tensor, choice: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, valueTaken(nextQ, tf.argMax(choice, 1))));
}

/**
 * ½ x² within 1 of 0, |x| − ½ beyond (Huber 1964), of each number. Its slope c is x clipped to [−1, 1].
 *
 * Written as c x − ½ c²: that is the largest value over all c in [−1, 1], so c may count as a constant when it is differentiated.
 */
export function huber(error: tf.Tensor): tf.Tensor {
  const slope = stopGradient(tf.clipByValue(error, -1, 1));
  return tf.mul(slope, tf.sub(error, tf.mul(slope, 0.5)));
}

/** ½ x²: `[B]` → `[B]`. */
export function halfSquare(error: tf.Tensor): tf.Tensor {
  return tf.mul(tf.square(error), 0.5);
}

/** Values `[B]` of the actions `[B]` among `q` `[B, A]`. */
export function valueTaken(q: tf.Tensor, action: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(q, oneHot(action, q.shape[1] as number)), 1);
}

/**
 * Mean loss of the TD error at the actions taken.
 * @param q `[B, A]` @param action `[B]` @param target `[B]`, constant
 * @param lossOf loss of each error; Huber when omitted @param weight `[B]` importance weights; 1 when omitted
 */
export function dqnLoss(q: tf.Tensor, action: tf.Tensor, target: tf.Tensor, lossOf = huber, weight?: tf.Tensor): QLoss {
  const qTaken = valueTaken(q, action);
  const error = tf.sub(qTaken, target);
  return { loss: weightedMean(lossOf(error), weight), qTaken, maxQ: tf.max(q, 1), error: tf.abs(error) };
}

/** Target and loss of every method that learns single Q-values. */
export function valueUpdate({
  double,
  loss,
}: Pick<ValueConfig, 'double' | 'loss'>): Pick<QMethod<ValueConfig>, 'target' | 'loss'> {
  const lossOf = loss === 'huber' ? huber : halfSquare;
  return {
    target({ reward, discount, nextObs, mask }, { online, target }) {
      const nextQ = maskQ(target(nextObs), mask);
      return double ? doubleTarget(reward, discount, nextQ, maskQ(online(nextObs), mask)) : dqnTarget(reward, discount, nextQ);
    },
    loss: (q: tf.Tensor, { action, weight }: QBatch, target) => dqnLoss(q, action, target, lossOf, weight),
  };
}

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<DqnConfig>) => qNetwork({ spec, config, algorithm: 'dqn' });

/** Builds a DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DqnConfig>) {
  const config = parseConfig(dqnConfig, options.config, 'dqn');
  const network = networkOf({ ...options, config });
  return qAgent(options, { algorithm: 'dqn', config, network, hasTargetNetwork: config.targetNetwork, ...valueUpdate(config) });
}

/** Deep Q-learning with replay memory and target network, for discrete actions. */
export const dqn: Algorithm<DqnConfig> = {
  id: 'dqn',
  title: 'Deep Q-Network (replay and target network)',
  paper: 'Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature 518:529–533',
  config: dqnConfig,
  presets: dqnPresets,
  create,
  policy: options => greedyPolicy(networkOf(options)),
  train: trainQAgent,
};
