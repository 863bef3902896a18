import type { Preset } from '@zpin/core';
import type { DppoConfig } from './dppo.ts';
import { ppoPresets } from './ppo-presets.ts';

/** PPO's settings, with two workers: the learner is the same. */
export const dppoPresets: Readonly<Record<string, Preset<DppoConfig>>> = {
  'CartPole-v1': {
    totalSteps: ppoPresets['CartPole-v1'].totalSteps,
    config: { ...(ppoPresets['CartPole-v1'].config as Partial<DppoConfig>), workers: 2 },
  },
};
