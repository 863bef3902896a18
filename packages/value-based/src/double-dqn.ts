/**
 * Double DQN: the online network chooses the next action, the target network values it, so that noise is not taken for value.
 *
 * Van Hasselt, Guez & Silver (2016), "Deep reinforcement learning with double Q-learning", arXiv:1509.06461.
 *
 *   paper        here
 *   θ, θ⁻        `online`, `target`
 *   Y (eq. 4)    target = reward + discount · Q̂(nextObs, argmax_a Q(nextObs, a))
 *
 * DQN with `double` on; its file has the target, its deviations, and all else.
 */
import { type ConfigOf, configSchema } from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { acrobot } from './presets/acrobot.ts';
import { atari, breakout } from './presets/atari.ts';
import { cartPole } from './presets/cart-pole.ts';
import { breakBricks, catchBalls } from './presets/homebrew.ts';
import { lunarLander } from './presets/lunar-lander.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { doubleField, valueFields } from './q-learner/q-fields.ts';

// ---- configuration ----

export const doubleDqnConfig = configSchema({
  ...valueFields,
  double: doubleField(true),
});

export type DoubleDqnConfig = ConfigOf<typeof doubleDqnConfig>;

// ---- algorithm ----

/** Double DQN, for discrete actions. */
export const doubleDqn = qAlgorithm<DoubleDqnConfig>({
  id: 'double-dqn',
  title: 'Double DQN',
  paper: 'van Hasselt et al. 2016, "Deep reinforcement learning with double Q-learning", arXiv:1509.06461',
  update: valueUpdate,
  config: doubleDqnConfig,
  presets: {
    'CartPole-v1': cartPole.doubleDqn,
    'Acrobot-v1': acrobot.doubleDqn,
    'LunarLander-v3': lunarLander.doubleDqn,
    'Atari/Catch-v5': catchBalls.doubleDqn,
    'Atari/Bricks-v5': breakBricks.doubleDqn,
    'Atari/Breakout-v5': breakout,
    'Atari/*': atari.doubleDqn,
  },
});
