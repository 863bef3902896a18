import type { Preset } from '@zpin/core';

/** Settings with which h-DQN solves an environment. */
export const hDqnPresets = {
  'StochasticChain-v0': {
    totalSteps: 50_000,
    config: {
      hiddenSizes: [32],
      learningRate: 1e-3,
      metaLearningRate: 1e-3,
      bufferSize: 20_000,
      metaBufferSize: 5_000,
      learningStarts: 500,
      targetUpdateEverySteps: 500,
    },
  },
  'KeyDoor-v0': {
    totalSteps: 80_000,
    config: {
      hiddenSizes: [64],
      learningRate: 1e-3,
      metaLearningRate: 1e-3,
      double: true,
      gamma: 0.95,
      batchSize: 64,
      bufferSize: 50_000,
      metaBufferSize: 5_000,
      learningStarts: 1000,
      targetUpdateEverySteps: 100,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
