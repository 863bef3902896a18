import type { Preset } from '@zpin/core';

const rate = { type: 'linear', from: 1e-3, to: 0 } as const;
const common = { hiddenSizes: [64, 64], batchSize: 128 } as const;
/** With a horizon shorter than usual values settle within the run: with 0.99 it ends at −1,000. */
const values = { ...common, gamma: 0.95, tau: 0.02 } as const;

/** Settings for Pendulum-v1, by algorithm; `benchmarks/results/offline.md` has what each came to on which data. */
export const pendulum = {
  bc: { totalSteps: 5_000, config: { ...common, learningRate: rate } },
  // After 8,000 steps the values of neither have settled: BCQ ends at −386, CQL at −700.
  bcq: { totalSteps: 20_000, config: { ...values, learningRate: rate, maxPerturbation: 0.2 } },
  cql: {
    totalSteps: 15_000,
    config: {
      ...values,
      ...{ criticLearningRate: rate, actorLearningRate: rate, cqlWeight: 1, numProposals: 4 },
      ...{ nextProposals: true, softTarget: true },
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;
