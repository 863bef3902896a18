import type { Preset } from '@zpin/core';

/** For 15 bits of BitFlip-v0 and hindsight: without it, no episode in a thousand ever sees the goal. */
export const bitFlip = {
  dqn: {
    totalSteps: 20_000,
    her: 'future:4',
    envOptions: { bits: 15 },
    config: {
      learningRate: 1e-3,
      batchSize: 128,
      gamma: 0.98,
      targetUpdateEverySteps: 500,
      trainEverySteps: 1,
      explorationFraction: 0.5,
      hiddenSizes: [256],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
