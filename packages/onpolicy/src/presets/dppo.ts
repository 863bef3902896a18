import type { Preset } from '@zpin/core';
import { ppoPresets } from './ppo.ts';

/** PPO's settings, with two workers: the learner is the same. */
export const dppoPresets = {
  'CartPole-v1': {
    totalSteps: ppoPresets['CartPole-v1'].totalSteps,
    config: { ...ppoPresets['CartPole-v1'].config, workers: 2 },
  },
  'Pendulum-v1': {
    totalSteps: ppoPresets['Pendulum-v1'].totalSteps,
    config: { ...ppoPresets['Pendulum-v1'].config, workers: 2 },
  },
} as const satisfies Readonly<Record<string, Preset>>;
