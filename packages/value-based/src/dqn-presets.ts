import type { Preset } from '@zpin/core';
import type { DqnConfig } from './dqn.ts';

/** Settings with which DQN reaches the threshold of an environment; those of CartPole are RL Baselines3 Zoo's. */
export const dqnPresets: Readonly<Record<string, Preset<DqnConfig>>> = {
  'CartPole-v1': {
    totalSteps: 50_000,
    config: {
      learningRate: 2.3e-3,
      batchSize: 64,
      bufferSize: 100_000,
      learningStarts: 1000,
      gamma: 0.99,
      targetUpdateEverySteps: 10,
      trainEverySteps: 256,
      gradientSteps: 128,
      explorationFraction: 0.16,
      epsilonEnd: 0.04,
      hiddenSizes: [256, 256],
    },
  },
};
