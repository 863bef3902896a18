import type { Preset } from '@zpin/core';
import type { RedqConfig } from './redq.ts';

/** Settings with which REDQ reaches the threshold of an environment. */
export const redqPresets: Readonly<Record<string, Preset<RedqConfig>>> = {
  'Pendulum-v1': {
    // A quarter of the steps of SAC: ten updates for each.
    totalSteps: 5000,
    config: {
      learningRate: 1e-3,
      learningStarts: 500,
      gradientSteps: 10,
      policyDelay: 10,
      numCritics: 5,
      hiddenSizes: [64, 64],
    },
  },
};
