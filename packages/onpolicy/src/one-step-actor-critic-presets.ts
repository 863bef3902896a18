import type { Preset } from '@zpin/core';
import type { OneStepActorCriticConfig } from './one-step-actor-critic.ts';

/** Settings with which the one-step actor-critic reaches the threshold of an environment. */
export const oneStepActorCriticPresets: Readonly<Record<string, Preset<OneStepActorCriticConfig>>> = {
  'CartPole-v1': {
    totalSteps: 200_000,
    config: {
      numEnvs: 8,
      policyLearningRate: { type: 'linear', from: 1e-3, to: 0 },
      learningRate: { type: 'linear', from: 3e-3, to: 0 },
      optimizer: 'adam',
      discountGradient: false,
    },
  },
};
