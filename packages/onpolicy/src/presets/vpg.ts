import type { Preset } from '@zpin/core';

/** Settings with which VPG reaches the threshold of an environment. */
export const vpgPresets = {
  'CartPole-v1': {
    totalSteps: 200_000,
    config: { numEnvs: 4, rolloutLength: 128, policyLearningRate: { type: 'linear', from: 1e-2, to: 0 }, valueEpochs: 20 },
  },
  'Hopper-v5': {
    totalSteps: 1_000_000,
    config: {
      numEnvs: 2,
      rolloutLength: 1024,
      policyLearningRate: { type: 'linear', from: 3e-3, to: 0 },
      initialLogStd: -0.5,
      normalizeObservations: true,
      normalizeRewards: true,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
