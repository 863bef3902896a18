import type { Preset } from '@zpin/core';

const common = {
  learningRate: { type: 'linear', from: 1e-3, to: 0 },
  batchSize: 64,
  bufferSize: 100_000,
  learningStarts: 1000,
  gamma: 0.99,
  targetUpdateEverySteps: 500,
  trainEverySteps: 4,
  gradientSteps: 1,
  hiddenSizes: [128, 128],
} as const;
const greedyInTheEnd = { explorationFraction: 0.2, epsilonEnd: 0.05 } as const;
/** Nothing is worth less than an episode that never ends: −1 / (1 − γ) = −100. */
const atoms = { numAtoms: 51, valueMin: -100, valueMax: 0 } as const;
const totalSteps = 100_000;

/** Settings tuned for Acrobot-v1, by algorithm; `benchmarks/results/learning.md` has what each came to. */
export const acrobot = {
  dqn: { totalSteps, config: { ...common, ...greedyInTheEnd } },
  doubleDqn: { totalSteps, config: { ...common, ...greedyInTheEnd } },
  qrDqn: { totalSteps, config: { ...common, ...greedyInTheEnd, numQuantiles: 25 } },
  rainbow: { totalSteps, config: { ...common, ...atoms } },
} as const satisfies Readonly<Record<string, Preset>>;
