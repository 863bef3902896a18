import type { Preset } from '@zpin/core';

/** The network of Mnih et al. 2015 on the view of the papers. A ball is paid for within a second or two, so a short horizon will do. */
const common = {
  // Falls, so that the last policy settles: with steps of one size it misses every tenth ball.
  learningRate: { type: 'linear', from: 5e-4, to: 0 },
  batchSize: 32,
  bufferSize: 50_000,
  learningStarts: 1000,
  gamma: 0.95,
  targetUpdateEverySteps: 500,
  trainEverySteps: 4,
  gradientSteps: 1,
  // A ball falls for 14 steps after which it is paid.
  nSteps: 3,
  explorationFraction: 0.3,
  epsilonEnd: 0.02,
  hiddenSizes: [512],
} as const;

const caught = { totalSteps: 16_000, envOptions: { wrappers: ['atari'] } } as const;

/** Settings tuned for Atari/Catch-v5, by algorithm; `benchmarks/results/learning.md` has what each came to. */
export const catchBalls = {
  dqn: { ...caught, config: common },
  doubleDqn: { ...caught, config: common },
  // 512 units in each of the two streams.
  duelingDoubleDqn: { ...caught, config: { ...common, hiddenSizes: [1024] } },
} as const satisfies Readonly<Record<string, Preset>>;
