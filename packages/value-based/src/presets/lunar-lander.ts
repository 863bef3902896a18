import type { Preset } from '@zpin/core';

const common = {
  learningRate: { type: 'linear', from: 1e-3, to: 0 },
  batchSize: 64,
  bufferSize: 200_000,
  learningStarts: 2000,
  gamma: 0.99,
  targetUpdateEverySteps: 500,
  trainEverySteps: 1,
  gradientSteps: 1,
  nSteps: 3,
} as const;
/** Discounted returns from a crash to a soft landing. */
const atoms = { numAtoms: 51, valueMin: -200, valueMax: 300 } as const;
const single = { hiddenSizes: [256, 256], explorationFraction: 0.3, epsilonEnd: 0.02 } as const;
const totalSteps = 200_000;

/** Settings tuned for LunarLander-v3, by algorithm; `benchmarks/results/learning.md` has what each came to. */
export const lunarLander = {
  dqn: { totalSteps, config: { ...common, ...single } },
  doubleDqn: { totalSteps, config: { ...common, ...single } },
  duelingDoubleDqn: { totalSteps, config: { ...common, ...single } },
  rainbow: { totalSteps, config: { ...common, hiddenSizes: [128, 128], ...atoms } },
} as const satisfies Readonly<Record<string, Preset>>;
