import type { Preset } from '@zpin/core';

/** Around the picture, so that the game goes on behind a lost life as it will when the agent is judged. */
const atariWrappers = ['atari', 'episodic-life'] as const;
const homebrewGame = {
  batchSize: 32,
  bufferSize: 50_000,
  learningStarts: 1000,
  trainEverySteps: 4,
  nSteps: 3,
  tau: 0.01,
  criticLearningRate: { type: 'linear', from: 5e-4, to: 0 },
  actorLearningRate: { type: 'linear', from: 5e-4, to: 0 },
  targetEntropyScale: 0.3,
  hiddenSizes: [512],
} as const;

/**
 * Settings with which SAC for discrete actions reaches the threshold of an environment; those of Atari are the paper's (Christodoulou
 * 2019, table 2), but for the share of the entropy: 0.98 of the largest one leaves a policy that hardly chooses.
 */
export const discreteSacPresets = {
  'CartPole-v1': {
    totalSteps: 50_000,
    config: { criticLearningRate: 1e-3, actorLearningRate: 1e-3, hiddenSizes: [64, 64] },
  },
  'Atari/Catch-v5': {
    totalSteps: 50_000,
    envOptions: { wrappers: ['atari'] },
    config: { ...homebrewGame, gamma: 0.95 },
  },
  'Atari/Bricks-v5': {
    totalSteps: 300_000,
    envOptions: { wrappers: [...atariWrappers, 'terminal-reward:-1'] },
    config: { ...homebrewGame, gamma: 0.98 },
  },
  'Atari/*': {
    totalSteps: 10_000_000,
    envOptions: { wrappers: atariWrappers },
    config: {
      batchSize: 64,
      // 7 GB, as frames come in.
      bufferSize: 1_000_000,
      learningStarts: 20_000,
      trainEverySteps: 4,
      gamma: 0.99,
      // In place of a copy every 8,000 steps: a target that follows about as far behind.
      tau: 0.0005,
      criticLearningRate: 3e-4,
      actorLearningRate: 3e-4,
      targetEntropyScale: 0.89,
      hiddenSizes: [512],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
