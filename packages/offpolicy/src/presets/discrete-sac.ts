import type { Preset } from '@zpin/core';

/** Settings with which SAC for discrete actions reaches the threshold of an environment. */
export const discreteSacPresets = {
  'CartPole-v1': {
    totalSteps: 50_000,
    config: { criticLearningRate: 1e-3, actorLearningRate: 1e-3, hiddenSizes: [64, 64] },
  },
} as const satisfies Readonly<Record<string, Preset>>;
