import type { Preset } from '@zpin/core';
import type { VpgConfig } from './vpg.ts';

/** Settings with which VPG reaches the threshold of an environment. */
export const vpgPresets: Readonly<Record<string, Preset<VpgConfig>>> = {
  'CartPole-v1': {
    totalSteps: 200_000,
    config: { numEnvs: 4, rolloutLength: 128, policyLearningRate: { type: 'linear', from: 1e-2, to: 0 }, valueEpochs: 20 },
  },
};
