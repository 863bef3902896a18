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
 *   ε            epsilon: 1 until `learningStarts`; linear from `epsilonStart` to `epsilonEnd` over `explorationFraction` of the
 *                run
 *   y_j          target = reward + discount · max_a Q̂(nextObs, a)
 *
 * Options beyond the paper: `double` (van Hasselt et al. 2016, arXiv:1509.06461: the online network chooses the next action, the
 * target network values it), `nSteps` (n-step returns), `loss` (Huber or squared error), `tau` (a target that follows slowly).
 * Without `targetNetwork` it is the first DQN (Mnih et al. 2013, "Playing Atari with deep reinforcement learning",
 * arXiv:1312.5602, algorithm 1): replay memory and one network.
 *
 * Deviations from the paper:
 * 1. Adam when `optimizer` is left out; `centered-rmsprop` is the paper's. The Huber loss, whose gradient is the clipped TD error of
 *    the paper.
 * 2. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 * 3. The gradient is clipped to a global norm (`maxGradientNorm`).
 */

import * as tf from '@tensorflow/tfjs-core';
import { field } from '@zpin/contracts';
import { type ConfigOf, configSchema, halfSquare, huber, maskValues, takeAction, weightedMean } from '@zpin/core';
import { acrobot } from './presets/acrobot.ts';
import { atari } from './presets/atari.ts';
import { bitFlip } from './presets/bit-flip.ts';
import { breakout } from './presets/breakout.ts';
import { cartPole } from './presets/cart-pole.ts';
import { breakBricks, catchBalls } from './presets/homebrew.ts';
import { lunarLander } from './presets/lunar-lander.ts';
import { mountainCar } from './presets/mountain-car.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { type ValueConfig, valueFields } from './q-learner/q-fields.ts';
import type { QLoss, QUpdate } from './q-learner/q-method.ts';

// ---- configuration ----

export const dqnConfig = configSchema({
  ...valueFields,
  targetNetwork: field.boolean({
    default: true,
    meaning: 'whether targets come from a copy of the network that is updated now and then; false is DQN of 2013',
  }),
});

export type DqnConfig = ConfigOf<typeof dqnConfig>;

// ---- losses ----

/**
 * y = r + d · max_a Q̂(s′, a) (algorithm 1).
 * @param reward `[B]` @param discount `[B]`: γⁿ, or 0 after a termination @param nextQ `[B, A]` of the target network, illegal
 * actions masked
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
  return tf.add(reward, tf.mul(discount, takeAction(nextQ, tf.argMax(choice, 1))));
}

/**
 * Mean loss of the TD error at the actions taken, (y − Q(s, a))² in the paper (Mnih et al. 2013, equation 2).
 * @param q `[B, A]` @param action `[B]` @param target `[B]`, constant
 * @param lossOf loss of each error; Huber when omitted @param weight `[B]` importance weights; 1 when omitted
 */
export function dqnLoss(q: tf.Tensor, action: tf.Tensor, target: tf.Tensor, lossOf = huber, weight?: tf.Tensor): QLoss {
  const qTaken = takeAction(q, action);
  const error = tf.sub(qTaken, target);
  return { loss: weightedMean(lossOf(error), weight), qTaken, maxQ: tf.max(q, 1), error: tf.abs(error) };
}

/** Target and loss of every method that learns single Q-values. */
export function valueUpdate({ double, loss }: Pick<ValueConfig, 'double' | 'loss'>): QUpdate {
  const lossOf = loss === 'huber' ? huber : halfSquare;
  return {
    target({ reward, discount, nextObs, nextActionMask: mask }, { online, target }) {
      const nextQ = maskValues(target(nextObs), mask);
      if (!double) return dqnTarget(reward, discount, nextQ);
      return doubleTarget(reward, discount, nextQ, maskValues(online(nextObs), mask));
    },
    loss: (q, { action, weight }, target) => dqnLoss(q, action, target, lossOf, weight),
  };
}

// ---- algorithm ----

/** Deep Q-learning with replay memory and target network, for discrete actions. */
export const dqn = qAlgorithm<DqnConfig>({
  id: 'dqn',
  title: 'Deep Q-Network (replay and target network)',
  paper: 'Mnih et al. 2015, "Human-level control through deep reinforcement learning", Nature 518:529–533',
  update: config => ({ ...valueUpdate(config), hasTargetNetwork: config.targetNetwork }),
  config: dqnConfig,
  presets: {
    'CartPole-v1': cartPole.dqn,
    'MountainCar-v0': mountainCar.dqn,
    'Acrobot-v1': acrobot.dqn,
    'LunarLander-v3': lunarLander.dqn,
    'BitFlip-v0': bitFlip.dqn,
    'MinAtar/Breakout-v1': breakout.dqn,
    'Atari/Catch-v5': catchBalls.dqn,
    'Atari/Bricks-v5': breakBricks.dqn,
    'Atari/*': atari.dqn,
  },
});
