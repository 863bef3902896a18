import type { Preset } from '@zpin/core';

/** Settings with which the option-critic solves an environment. */
export const optionCriticPresets = {
  // The paper's tables: one step of each, and values that begin at 0. Policies of temperature τ learn 1/τ times as fast.
  'FourRooms-v0': {
    totalSteps: 100_000,
    config: {
      hiddenSizes: [],
      optimizer: 'sgd',
      valueLearningRate: 0.5,
      policyLearningRate: 5,
      terminationLearningRate: 0.25,
      epsilon: 0.01,
      terminationMargin: 0,
      entropyCoefficient: 0,
    },
  },
  'CartPole-v1': {
    totalSteps: 200_000,
    config: {
      // Where fewer copies act, or policies move faster or explore less, one seed in ten comes to always the same action before
      // its values know better, and stays there.
      numEnvs: 16,
      numOptions: 2,
      valueLearningRate: { type: 'linear', from: 3e-3, to: 0 },
      policyLearningRate: { type: 'linear', from: 7e-4, to: 0 },
      entropyCoefficient: 0.03,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
