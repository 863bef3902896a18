import type { Preset } from '@zpin/core';

/** Settings with which PPO with a memory reaches the threshold of an environment that hides a part of its state. */
export const recurrentPpoPresets = {
  // Position and angle, without velocities.
  'CartPole-v1': {
    totalSteps: 200_000,
    envOptions: { wrappers: ['select-observation:0,2'] },
    config: {
      numEnvs: 8,
      rolloutLength: 32,
      sequenceLength: 32,
      batchSize: 128,
      lambda: 0.9,
      learningRate: { type: 'linear', from: 1e-3, to: 0 },
      hiddenSizes: [32],
      recurrentSize: 32,
      normalizeObservations: true,
      normalizeRewards: true,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
