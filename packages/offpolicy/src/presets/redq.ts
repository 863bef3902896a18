import type { Preset } from '@zpin/core';

/** Settings with which REDQ reaches the threshold of an environment. */
export const redqPresets = {
  'Pendulum-v1': {
    // A quarter of the steps of SAC: ten updates for each.
    totalSteps: 5000,
    config: {
      criticLearningRate: 1e-3,
      actorLearningRate: 1e-3,
      learningStarts: 500,
      gradientSteps: 10,
      policyDelay: 10,
      numCritics: 5,
      hiddenSizes: [64, 64],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
