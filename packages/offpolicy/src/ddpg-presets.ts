import type { Preset } from '@zpin/core';
import type { DdpgConfig } from './ddpg.ts';

/** Settings with which DDPG reaches the threshold of an environment. */
export const ddpgPresets: Readonly<Record<string, Preset<DdpgConfig>>> = {
  'Pendulum-v1': {
    totalSteps: 20_000,
    config: { gamma: 0.98, bufferSize: 200_000, learningStarts: 1000, noiseScale: 0.1, hiddenSizes: [64, 64] },
  },
};
