import type { Preset } from '@zpin/core';
import { ppoPresets } from './ppo.ts';

/** Settings with which PPO with a penalty reaches the threshold of an environment. */
export const ppoPenaltyPresets = {
  'CartPole-v1': {
    totalSteps: 100_000,
    config: { numEnvs: 4, rolloutLength: 256, gamma: 0.98, learningRate: { type: 'linear', from: 5e-4, to: 0 } },
  },
  'Pendulum-v1': ppoPresets['Pendulum-v1'],
} as const satisfies Readonly<Record<string, Preset>>;
