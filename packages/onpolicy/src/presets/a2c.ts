import type { Preset } from '@zpin/core';

/** Around the picture, so that the game goes on behind a lost life as it will when the agent is judged. */
const atariWrappers = ['atari', 'episodic-life'] as const;
const atariGame = {
  numEnvs: 16,
  rolloutLength: 5,
  learningRate: { type: 'linear', from: 7e-4, to: 0 },
  optimizer: 'rmsprop',
  rmspropDecay: 0.99,
  entropyCoefficient: 0.01,
  sharedTrunk: true,
  convolutions: 'dqn-2013',
  hiddenSizes: [256],
  activation: 'relu',
} as const;

/**
 * Settings with which A2C reaches the threshold of an environment; those of CartPole are RL Baselines3 Zoo's, those of Atari the
 * paper's for A3C (Mnih et al. 2016, section 8) with its 16 workers as copies.
 */
export const a2cPresets = {
  'CartPole-v1': { totalSteps: 500_000, config: { numEnvs: 8, entropyCoefficient: 0 } },
  // Wide at first: with a deviation of 1, two seeds of twenty end below −500.
  'Pendulum-v1': {
    totalSteps: 1_000_000,
    config: {
      numEnvs: 8,
      rolloutLength: 16,
      gamma: 0.95,
      lambda: 0.9,
      learningRate: { type: 'linear', from: 1.5e-3, to: 0 },
      initialLogStd: 0.5,
      normalizeAdvantage: true,
      normalizeRewards: true,
      entropyCoefficient: 0,
    },
  },
  // Clipped swings would drift to the fullest ones, from which no gradient leads back. Few large steps settle on one club for all distances: many
  // small ones, of Adam, and a wider choice of clubs for longer, do not.
  'Golf-v0': {
    totalSteps: 1_500_000,
    config: {
      numEnvs: 8,
      rolloutLength: 32,
      gamma: 0.9,
      optimizer: 'adam',
      learningRate: 5e-4,
      normalizeAdvantage: true,
      entropyCoefficient: 0.03,
      hiddenSizes: [128, 128],
      activation: 'relu',
      squashActions: true,
      initialLogStd: -0.5,
    },
  },
  'Atari/Catch-v5': {
    totalSteps: 400_000,
    envOptions: { wrappers: ['atari'] },
    config: { ...atariGame, gamma: 0.95 },
  },
  'Atari/Bricks-v5': {
    totalSteps: 2_000_000,
    envOptions: { wrappers: [...atariWrappers, 'terminal-reward:-1'] },
    config: { ...atariGame, gamma: 0.98 },
  },
  'Atari/*': {
    totalSteps: 10_000_000,
    envOptions: { wrappers: atariWrappers },
    config: { ...atariGame, gamma: 0.99 },
  },
} as const satisfies Readonly<Record<string, Preset>>;
