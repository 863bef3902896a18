import type { Preset } from '@zpin/core';

/** Settings with which A3C reaches the threshold of an environment. */
export const a3cPresets = {
  'CartPole-v1': { totalSteps: 500_000, config: { workers: 2, numEnvs: 8, entropyCoefficient: 0 } },
  'Pendulum-v1': {
    totalSteps: 1_000_000,
    // Rewards in [−1.03, 1]: workers share no statistics by which they could be scaled.
    envOptions: { wrappers: ['scale-reward:0.125:8'] },
    config: {
      workers: 2,
      numEnvs: 8,
      rolloutLength: 16,
      gamma: 0.95,
      lambda: 0.9,
      learningRate: { type: 'linear', from: 3e-3, to: 0 },
      entropyCoefficient: 0,
      initialLogStd: 0.5,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
