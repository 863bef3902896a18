import type { Preset } from '@zpin/core';
import type { DiscreteSacConfig } from './discrete-sac.ts';

/** Settings with which SAC for discrete actions reaches the threshold of an environment. */
export const discreteSacPresets: Readonly<Record<string, Preset<DiscreteSacConfig>>> = {
  'CartPole-v1': {
    totalSteps: 50_000,
    config: { learningRate: 1e-3, hiddenSizes: [64, 64] },
  },
};
