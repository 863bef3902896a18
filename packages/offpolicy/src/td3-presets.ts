import type { Preset } from '@zpin/core';
import type { Td3Config } from './td3.ts';

/** Settings with which TD3 reaches the threshold of an environment. */
export const td3Presets: Readonly<Record<string, Preset<Td3Config>>> = {
  'Pendulum-v1': {
    totalSteps: 20_000,
    config: { gamma: 0.98, bufferSize: 200_000, learningStarts: 1000, noiseScale: 0.1, hiddenSizes: [64, 64] },
  },
};
