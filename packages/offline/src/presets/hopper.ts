import type { Preset } from '@zpin/core';

const rate = { type: 'linear', from: 1e-3, to: 0 } as const;
const common = { hiddenSizes: [64, 64], batchSize: 128 } as const;
const rates = { criticLearningRate: rate, actorLearningRate: rate } as const;
const normalized = { ...common, ...rates, normalizeObservations: true } as const;

/**
 * Settings for Hopper-v5 on narrow data, by algorithm, for runs of less than a minute; `benchmarks/results/offline.md` has what each
 * came to.
 */
export const hopper = {
  bc: { totalSteps: 10_000, config: { ...common, learningRate: rate } },
  bcq: {
    totalSteps: 10_000,
    config: { ...common, learningRate: rate, normalizeObservations: true, numCandidates: 4, numActingCandidates: 10 },
  },
  // With a weight of 5 the values of narrow data are too flat for a policy to find the middle of them: it comes to 900.
  cql: { totalSteps: 20_000, config: { ...normalized, cqlWeight: 100, numProposals: 2, nextProposals: true } },
  iql: { totalSteps: 20_000, config: normalized },
  // After 20,000 steps one policy in three still falls early; after 50,000 none.
  td3Bc: { totalSteps: 50_000, config: normalized },
} as const satisfies Readonly<Record<string, Preset>>;
