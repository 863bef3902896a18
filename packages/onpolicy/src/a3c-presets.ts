import type { Preset } from '@zpin/core';
import type { A3cConfig } from './a3c.ts';

/** Settings with which A3C reaches the threshold of an environment. */
export const a3cPresets: Readonly<Record<string, Preset<A3cConfig>>> = {
  'CartPole-v1': { totalSteps: 500_000, config: { workers: 2, numEnvs: 8, entropyCoefficient: 0 } },
};
