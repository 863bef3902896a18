import type { Preset } from '@zpin/core';

const common = { hiddenSizes: [64, 64], learningRate: 1e-3, batchSize: 128 } as const;
/** With 0.05 values on the data of the table run away. */
const slowTargets = { tau: 0.02 } as const;

/** Settings for CartPole-v1, by algorithm; `benchmarks/results/offline.md` has what each came to on which data. */
export const cartPole = {
  bc: { totalSteps: 5_000, config: common },
  discreteBcq: { totalSteps: 15_000, config: { ...common, ...slowTargets, threshold: 0.5 } },
  discreteCql: { totalSteps: 15_000, config: { ...common, ...slowTargets, cqlWeight: 1 } },
} as const satisfies Readonly<Record<string, Preset>>;
