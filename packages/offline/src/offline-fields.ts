import { count, field, hiddenSizes, probability, scheduled } from '@zpin/core';
import { z } from 'zod';

/** Settings of every offline algorithm. */
export const learningFields = {
  batchSize: count({ default: 256, unit: 'transitions', meaning: 'size of a minibatch' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 3e-4, meaning: 'step size of Adam' }),
  hiddenSizes: hiddenSizes({ default: [256, 256], meaning: 'units of each hidden layer of each network' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
};

/** Settings of those that learn values. */
export const valueFields = {
  ...learningFields,
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  nSteps: count({
    default: 1,
    unit: 'environment steps',
    meaning: 'rewards summed before the target bootstraps (n); beyond 1 they are those of the behaviour',
  }),
};

/** How fast targets follow in actor-critics. */
export const tauField = field(z.number().gt(0).max(1), {
  default: 0.005,
  meaning: 'share of a network that goes into its target at each update',
});
