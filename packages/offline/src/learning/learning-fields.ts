import { field } from '@zpin/contracts';
import { convolutionsField } from '@zpin/core';
import { tauField } from '@zpin/offpolicy';

/** Settings of every offline algorithm. */
export const batchFields = {
  batchSize: field.count({ default: 256, unit: 'transitions', meaning: 'size of a minibatch' }),
  hiddenSizes: field.sizes({ default: [256, 256], meaning: 'units of each hidden layer of each network' }),
  convolutions: convolutionsField,
  activation: field.choice(['relu', 'tanh'], { default: 'relu', meaning: 'activation of hidden layers' }),
};

/** Setting of those that have one step size for all networks. */
export const learningRateField = {
  learningRate: field.scheduled({ min: 0, default: 3e-4, meaning: 'step size of Adam' }),
};

/** Settings of those that learn values: what rewards count, and how fast targets follow. */
export const valueFields = {
  gamma: field.probability({ default: 0.99, meaning: 'discount factor per step' }),
  nSteps: field.count({
    default: 1,
    unit: 'environment steps',
    meaning: 'rewards summed before the target bootstraps (n); beyond 1 they are those of the behaviour',
  }),
  ...tauField,
};

/** Setting of those that may bring observations to unit size. */
export const normalizationField = {
  normalizeObservations: field.boolean({
    default: false,
    meaning: 'give each number of the observations mean 0 and deviation 1, by those of the data',
  }),
};
