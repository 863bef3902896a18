import type { Preset } from '@zpin/core';
import type { PpoPenaltyConfig } from './ppo-penalty.ts';

/** Settings with which PPO with a penalty reaches the threshold of an environment. */
export const ppoPenaltyPresets: Readonly<Record<string, Preset<PpoPenaltyConfig>>> = {
  'CartPole-v1': {
    totalSteps: 100_000,
    config: {
      numEnvs: 8,
      rolloutLength: 32,
      batchSize: 256,
      epochs: 20,
      gamma: 0.98,
      lambda: 0.8,
      learningRate: { type: 'linear', from: 1e-3, to: 0 },
    },
  },
};
