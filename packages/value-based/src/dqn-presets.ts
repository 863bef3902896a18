import type { Preset } from '@zpin/core';
import type { DqnConfig } from './dqn.ts';

/** Settings with which DQN reaches the threshold of an environment. */
export const dqnPresets: Readonly<Record<string, Preset<DqnConfig>>> = {
  'CartPole-v1': {
    totalSteps: 50_000,
    // One update per step towards a target that stays for 250: rounds of many updates towards a fresh target learn as fast, but
    // end in a policy that drifts off the track for one seed in two. The falling step size lets the last policy settle.
    config: {
      learningRate: { type: 'linear', from: 5e-4, to: 0 },
      batchSize: 64,
      bufferSize: 100_000,
      learningStarts: 1000,
      gamma: 0.99,
      targetUpdateEverySteps: 250,
      trainEverySteps: 1,
      gradientSteps: 1,
      explorationFraction: 0.16,
      epsilonEnd: 0.04,
      hiddenSizes: [256, 256],
    },
  },
};
