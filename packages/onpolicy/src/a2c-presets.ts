import type { Preset } from '@zpin/core';
import type { A2cConfig } from './a2c.ts';

/** Settings with which A2C reaches the threshold of an environment; those of CartPole are RL Baselines3 Zoo's. */
export const a2cPresets: Readonly<Record<string, Preset<A2cConfig>>> = {
  'CartPole-v1': { totalSteps: 500_000, config: { numEnvs: 8, entropyCoefficient: 0 } },
};
