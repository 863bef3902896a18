import type { Preset } from '@zpin/core';

// Every reward is −1, so the first values of 0 make the agent try what it has not tried: few random actions are needed, and many
// updates, to carry the flag's news back over a hundred steps.
const common = {
  learningRate: { type: 'linear', from: 4e-3, to: 0 },
  batchSize: 128,
  bufferSize: 10_000,
  learningStarts: 1000,
  gamma: 0.98,
  targetUpdateEverySteps: 600,
  trainEverySteps: 16,
  gradientSteps: 8,
  epsilonStart: 0.2,
  explorationFraction: 0.2,
  epsilonEnd: 0.07,
  hiddenSizes: [256, 256],
} as const;
/** Smaller steps let the last policy settle; three rewards in a target carry the news as fast all the same. */
const settled = { learningRate: { type: 'linear', from: 1e-3, to: 0 }, nSteps: 3 } as const;
const totalSteps = 120_000;

/** Settings tuned for MountainCar-v0, by algorithm; `benchmarks/results/learning.md` has what each came to. */
export const mountainCar = {
  dqn: { totalSteps, config: { ...common, ...settled } },
  qrDqn: { totalSteps, config: { ...common, nSteps: 3, numQuantiles: 10 } },
  rainbow: {
    totalSteps: 180_000,
    config: {
      ...common,
      learningRate: { type: 'linear', from: 1e-3, to: 0 },
      // With a fifth of it, some 90 episodes, the last policies forgot the start of the hill.
      bufferSize: 50_000,
      // Noisy weights found the flag late or never in six trials, and came to the threshold in none.
      noisy: false,
      // Returns lie in [-50, 0]. Atoms up to 50 make the first, even distribution promise 0: hope, which drives the exploration
      // of DQN too.
      ...{ numAtoms: 51, valueMin: -50, valueMax: 50 },
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
