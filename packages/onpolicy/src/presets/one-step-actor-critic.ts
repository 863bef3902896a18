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
  'Pendulum-v1': {
    totalSteps: 2_000_000,
    // Rewards in [−1.03, 1], to which the steps of the value are sized.
    envOptions: { wrappers: ['scale-reward:0.125:8'] },
    config: {
      numEnvs: 8,
      rolloutLength: 8,
      gamma: 0.9,
      policyLearningRate: { type: 'linear', from: 5e-4, to: 0 },
      valueLearningRate: { type: 'linear', from: 3e-3, to: 0 },
      optimizer: 'adam',
      discountGradient: false,
      // One seed in three never swings up where the policy is narrower at first, or learns twice as fast.
      initialLogStd: 1,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
