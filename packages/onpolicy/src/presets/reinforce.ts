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
  // A torque shows what it is worth within ten steps; what comes later is noise to an estimate that does not bootstrap.
  'Pendulum-v1': {
    totalSteps: 1_000_000,
    config: {
      numEnvs: 8,
      rolloutLength: 200,
      gamma: 0.9,
      policyLearningRate: { type: 'linear', from: 3e-3, to: 0 },
      normalizeAdvantage: true,
      normalizeRewards: true,
      initialLogStd: 0.5,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
