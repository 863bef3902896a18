import type { Preset } from '@zpin/core';

/** Spinning Up's settings for MuJoCo, whose batches are half of the usual: the same returns for half of the time. */
const mujoco = {
  batchSize: 128,
  criticLearningRate: 1e-3,
  actorLearningRate: 1e-3,
  learnAlpha: false,
  alpha: 0.2,
  learningStarts: 10_000,
} as const;

/**
 * Settings with which SAC reaches the threshold of an environment. Outside MuJoCo they are RL Baselines3 Zoo's, but for smaller
 * networks on Pendulum, and for correlated noise in place of state-dependent noise on MountainCarContinuous.
 */
export const sacPresets = {
  'FetchReach-v4': {
    totalSteps: 10_000,
    her: 'future:4',
    config: {
      criticLearningRate: 1e-3,
      actorLearningRate: 1e-3,
      gamma: 0.95,
      learningStarts: 500,
      normalizeObservations: true,
      hiddenSizes: [64, 64],
    },
  },
  'HalfCheetah-v5': { totalSteps: 650_000, config: mujoco },
  'Hopper-v5': { totalSteps: 500_000, config: { ...mujoco, hiddenSizes: [128, 128] } },
  'LunarLanderContinuous-v3': {
    totalSteps: 300_000,
    config: {
      batchSize: 128,
      criticLearningRate: { type: 'linear', from: 7.3e-4, to: 0 },
      actorLearningRate: { type: 'linear', from: 7.3e-4, to: 0 },
      tau: 0.01,
      learningStarts: 10_000,
      // With one step, two seeds of three hover to the time limit: the reward of landing comes back too slowly.
      nSteps: 3,
      hiddenSizes: [128, 128],
    },
  },
  'MountainCarContinuous-v0': {
    totalSteps: 50_000,
    config: {
      bufferSize: 50_000,
      batchSize: 512,
      learningStarts: 0,
      trainEverySteps: 32,
      gradientSteps: 32,
      gamma: 0.9999,
      tau: 0.01,
      learnAlpha: false,
      alpha: 0.1,
      noiseCorrelation: 0.98,
      hiddenSizes: [64, 64],
    },
  },
  'Pendulum-v1': {
    totalSteps: 20_000,
    config: { criticLearningRate: 1e-3, actorLearningRate: 1e-3, hiddenSizes: [64, 64] },
  },
} as const satisfies Readonly<Record<string, Preset>>;
