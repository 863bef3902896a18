import type { Preset } from '@zpin/core';

/** Settings with which REINFORCE with a baseline reaches the threshold of an environment. */
export const reinforcePresets = {
  'CartPole-v1': {
    totalSteps: 200_000,
    config: {
      numEnvs: 4,
      rolloutLength: 256,
      policyLearningRate: { type: 'linear', from: 5e-3, to: 0 },
      normalizeAdvantage: true,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
