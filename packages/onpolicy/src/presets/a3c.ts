import type { Preset } from '@zpin/core';

/** Settings with which A3C reaches the threshold of an environment. */
export const a3cPresets = {
  'CartPole-v1': { totalSteps: 500_000, config: { workers: 2, numEnvs: 8, entropyCoefficient: 0 } },
} as const satisfies Readonly<Record<string, Preset>>;
