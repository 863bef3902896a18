import type { Preset } from '@zpin/core';
import type { SacConfig } from './sac.ts';

/** Settings with which SAC reaches the threshold of an environment; that of Pendulum is RL Baselines3 Zoo's. */
export const sacPresets: Readonly<Record<string, Preset<SacConfig>>> = {
  'Pendulum-v1': {
    totalSteps: 20_000,
    config: { learningRate: 1e-3, hiddenSizes: [64, 64] },
  },
};
