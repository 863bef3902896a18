import type { Preset } from '@zpin/core';
import type { TqcConfig } from './tqc.ts';

/** Settings with which TQC reaches the threshold of an environment. */
export const tqcPresets: Readonly<Record<string, Preset<TqcConfig>>> = {
  'Pendulum-v1': { totalSteps: 20_000, config: { learningRate: 1e-3, hiddenSizes: [64, 64] } },
};
