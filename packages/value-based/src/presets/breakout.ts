import type { Preset } from '@zpin/core';

/** Settings tuned for MinAtar/Breakout-v1; `benchmarks/results/learning.md` has what they came to. */
export const breakout = {
  dqn: {
    totalSteps: 1_000_000,
    config: {
      learningRate: { type: 'linear', from: 5e-4, to: 0 },
      batchSize: 32,
      bufferSize: 100_000,
      learningStarts: 5000,
      gamma: 0.99,
      targetUpdateEverySteps: 1000,
      trainEverySteps: 2,
      gradientSteps: 1,
      nSteps: 3,
      double: true,
      explorationFraction: 0.1,
      epsilonEnd: 0.02,
      hiddenSizes: [128],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
