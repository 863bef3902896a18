import type { Preset } from '@zpin/core';

/** Settings with which PPO with a memory reaches the threshold of an environment that hides a part of its state. */
export const recurrentPpoPresets = {
  // Position and angle, without velocities.
  'CartPole-v1': {
    totalSteps: 300_000,
    envOptions: { wrappers: ['select-observation:0,2'] },
    config: {
      numEnvs: 8,
      rolloutLength: 128,
      sequenceLength: 32,
      batchSize: 512,
      lambda: 0.9,
      // Once a policy balances, all rewards are equal and advantages are noise: brought to unit size, they tore it apart again.
      normalizeAdvantage: false,
      learningRate: { type: 'linear', from: 1e-3, to: 0 },
      hiddenSizes: [64],
      recurrentSize: 64,
      normalizeObservations: true,
      normalizeRewards: true,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
