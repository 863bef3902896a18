import type { Preset } from '@zpin/core';

/** Settings with which A2C reaches the threshold of an environment; those of CartPole are RL Baselines3 Zoo's. */
export const a2cPresets = {
  'CartPole-v1': { totalSteps: 500_000, config: { numEnvs: 8, entropyCoefficient: 0 } },
} as const satisfies Readonly<Record<string, Preset>>;
