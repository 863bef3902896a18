import type { Preset } from '@zpin/core';

/** Settings of TD3 tuned for an environment; `benchmarks/results/learning.md` has what each came to. */
export const td3Presets = {
  'HalfCheetah-v5': {
    totalSteps: 1_000_000,
    config: {
      batchSize: 128,
      criticLearningRate: { type: 'linear', from: 1e-3, to: 3e-4 },
      actorLearningRate: { type: 'linear', from: 1e-3, to: 3e-4 },
      learningStarts: 10_000,
    },
  },
  'Hopper-v5': {
    totalSteps: 1_000_000,
    config: {
      batchSize: 128,
      criticLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
      actorLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
      learningStarts: 10_000,
      // With the noise of 0.1 to the end, the policy leans on it: without noise it falls from some starts.
      noiseScale: { type: 'linear', from: 0.2, to: 0.02 },
      hiddenSizes: [128, 128],
    },
  },
  'MountainCarContinuous-v0': {
    totalSteps: 100_000,
    // Noise that keeps its direction for about as long as a swing takes, 33 steps: alone it reaches the flag in nine of ten
    // episodes.
    config: { learningStarts: 0, noise: 'ornstein-uhlenbeck', ouTimeStep: 0.2, noiseScale: 0.5, hiddenSizes: [64, 64] },
  },
  'Pendulum-v1': {
    totalSteps: 20_000,
    config: {
      criticLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
      actorLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
      gamma: 0.98,
      bufferSize: 200_000,
      learningStarts: 1000,
      noiseScale: 0.1,
      hiddenSizes: [128, 128],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
