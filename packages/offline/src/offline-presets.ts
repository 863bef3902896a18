import type { Preset } from '@zpin/core';
import type { BcConfig } from './bc.ts';
import type { BcqConfig } from './bcq.ts';
import type { CqlConfig } from './cql.ts';
import type { DiscreteBcqConfig } from './discrete-bcq.ts';
import type { DiscreteCqlConfig } from './discrete-cql.ts';

/** Settings for an environment; `benchmarks/results/offline.md` has what each came to on which data. */
type Presets<Config> = Readonly<Record<string, Preset<Config>>>;

const cartPole = { hiddenSizes: [64, 64], learningRate: 1e-3, batchSize: 128 };
/** With 0.05 values on the data of the table run away. */
const slowTargets = { tau: 0.02 };
/** With a horizon shorter than usual values settle within the run: with 0.99 it ends at −1,000. */
const pendulum = {
  hiddenSizes: [64, 64],
  learningRate: { type: 'linear' as const, from: 1e-3, to: 0 },
  batchSize: 128,
};
const pendulumValues = { ...pendulum, gamma: 0.95, tau: 0.02 };

export const bcPresets: Presets<BcConfig> = {
  'CartPole-v1': { totalSteps: 5_000, config: cartPole },
  'Pendulum-v1': { totalSteps: 5_000, config: pendulum },
};

export const bcqPresets: Presets<BcqConfig> = {
  'Pendulum-v1': { totalSteps: 8_000, config: { ...pendulumValues, maxPerturbation: 0.2 } },
};

export const cqlPresets: Presets<CqlConfig> = {
  'Pendulum-v1': {
    totalSteps: 8_000,
    config: { ...pendulumValues, cqlWeight: 1, numProposals: 4, actorLearningRateScale: 1 },
  },
};

export const discreteBcqPresets: Presets<DiscreteBcqConfig> = {
  'CartPole-v1': { totalSteps: 15_000, config: { ...cartPole, ...slowTargets, threshold: 0.5 } },
};

export const discreteCqlPresets: Presets<DiscreteCqlConfig> = {
  'CartPole-v1': { totalSteps: 15_000, config: { ...cartPole, ...slowTargets, cqlWeight: 1 } },
};
