import type { Preset } from '@zpin/core';
import type { PpoPenaltyConfig } from './ppo-penalty.ts';

/** Settings with which PPO with a penalty reaches the threshold of an environment. */
export const ppoPenaltyPresets: Readonly<Record<string, Preset<PpoPenaltyConfig>>> = {
  'CartPole-v1': {
    totalSteps: 100_000,
    config: { numEnvs: 4, rolloutLength: 256, gamma: 0.98, learningRate: { type: 'linear', from: 5e-4, to: 0 } },
  },
};
