/**
 * Dueling Double DQN: the dueling network, trained on the targets of Double DQN, as Wang et al. (2016) do in their experiments.
 *
 *   part                   file
 *   value and advantage    `dueling-dqn`
 *   target (double)        `double-dqn`
 */
import { configSchema } from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { type DuelingDqnConfig, duelingDqn } from './dueling-dqn.ts';
import { atari, pong } from './presets/atari.ts';
import { cartPole } from './presets/cart-pole.ts';
import { breakBricks, catchBalls } from './presets/homebrew.ts';
import { lunarLander } from './presets/lunar-lander.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { doubleField, valueFields } from './q-learner/q-fields.ts';
import { qNetwork } from './q-learner/q-network.ts';

export const duelingDoubleDqnConfig = configSchema({
  ...valueFields,
  double: doubleField(true),
});

/** Dueling Double DQN, for discrete actions. */
export const duelingDoubleDqn = qAlgorithm<DuelingDqnConfig>({
  id: 'dueling-double-dqn',
  title: 'Dueling Double DQN',
  paper: duelingDqn.paper,
  network: options => qNetwork({ ...options, isDueling: true }),
  update: valueUpdate,
  config: duelingDoubleDqnConfig,
  presets: {
    'CartPole-v1': cartPole.duelingDoubleDqn,
    'LunarLander-v3': lunarLander.duelingDoubleDqn,
    'Atari/Catch-v5': catchBalls.duelingDoubleDqn,
    'Atari/Bricks-v5': breakBricks.duelingDoubleDqn,
    'Atari/Pong-v5': pong,
    'Atari/*': atari.duelingDoubleDqn,
  },
});
