import type { Preset } from '@zpin/core';

const learningRate = { type: 'linear', from: 1e-3, to: 0 } as const;

/** Settings with which the option-critic from a replay memory solves an environment. */
export const offPolicyOptionCriticPresets = {
  // A small memory, whose policies are not far from the present one, and two updates where the others make one.
  'CartPole-v1': {
    totalSteps: 150_000,
    config: {
      numEnvs: 4,
      numOptions: 2,
      bufferSize: 20_000,
      gradientSteps: 2,
      learningRate,
      targetUpdateEveryUpdates: 50,
      valueCoefficient: 1,
      entropyCoefficient: 0.05,
    },
  },
  'LunarLander-v3': {
    totalSteps: 500_000,
    // Rewards of up to 100 would rule the gradient, which values and policies share.
    envOptions: { wrappers: ['scale-reward:0.05'] },
    config: {
      numOptions: 2,
      batchSize: 128,
      // With one, it comes to −120: what the ground costs and pays is learned many steps too late.
      nSteps: 3,
      learningRate: { type: 'linear', from: 5e-4, to: 0 },
      valueCoefficient: 1,
      entropyCoefficient: 0.02,
    },
  },
  'Pendulum-v1': {
    totalSteps: 80_000,
    config: { numOptions: 4, learningRate },
  },
} as const satisfies Readonly<Record<string, Preset>>;
