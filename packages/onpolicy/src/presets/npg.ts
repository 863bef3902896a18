import type { Preset } from '@zpin/core';
import { trpoPresets } from './trpo.ts';

/** Settings with which NPG reaches the threshold of an environment. */
export const npgPresets = {
  'CartPole-v1': {
    totalSteps: 100_000,
    config: { numEnvs: 2, rolloutLength: 512, batchSize: 512, damping: 0.01, maxKl: 5e-3, lambda: 0.98, valueEpochs: 20 },
  },
  'Hopper-v5': trpoPresets['Hopper-v5'],
  'Pendulum-v1': trpoPresets['Pendulum-v1'],
} as const satisfies Readonly<Record<string, Preset>>;
