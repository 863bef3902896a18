import type { Preset } from '@zpin/core';

/** Settings with which the one-step actor-critic reaches the threshold of an environment. */
export const oneStepActorCriticPresets = {
  'CartPole-v1': {
    totalSteps: 200_000,
    config: {
      numEnvs: 8,
      policyLearningRate: { type: 'linear', from: 1e-3, to: 0 },
      valueLearningRate: { type: 'linear', from: 3e-3, to: 0 },
      optimizer: 'adam',
      discountGradient: false,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
