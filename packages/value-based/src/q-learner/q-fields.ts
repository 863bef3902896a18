import { field, type ValuesOf } from '@zpin/contracts';
import { convolutionsField } from '@zpin/core';
import { replayFields } from '@zpin/replay';
import { optimizerFields } from './q-optimizer.ts';

/** Settings of exploration by random actions. */
export const epsilonFields = {
  epsilonStart: field.probability({
    default: 1,
    meaning: 'first probability of a random action; until learningStarts all are random, whatever it says',
  }),
  epsilonEnd: field.probability({ default: 0.05, meaning: 'last probability of a random action' }),
  explorationFraction: field.number({
    above: 0,
    max: 1,
    default: 0.1,
    meaning: 'share of the run over which epsilon falls',
  }),
};

/** Settings that DQN and all that grew from it have. */
export const qFields = {
  ...replayFields({ batchSize: 32, learningStarts: 100, trainEverySteps: 4 }),
  targetUpdateEverySteps: field.count({
    default: 10_000,
    unit: 'environment steps',
    meaning: 'steps between two updates of the target network (C)',
  }),
  tau: field.number({
    above: 0,
    max: 1,
    default: 1,
    meaning: 'share of the online network that goes into the target at an update; below 1, lower targetUpdateEverySteps with it',
  }),
  learningRate: field.scheduled({ min: 0, default: 1e-4, meaning: 'step size of the optimiser' }),
  ...optimizerFields,
  ...epsilonFields,
  maxGradientNorm: field.positive({ default: 10, meaning: 'largest global norm of the gradient' }),
  hiddenSizes: field.sizes({ default: [64, 64], meaning: 'units of each hidden layer of the Q-network' }),
  convolutions: convolutionsField,
  activation: field.choice(['relu', 'tanh'], { default: 'relu', meaning: 'activation of hidden layers' }),
  initialization: field.choice(['fan-in', 'he', 'glorot', 'orthogonal', 'normal'], {
    default: 'fan-in',
    meaning: "first weights: fan-in is PyTorch's, normal draws from N(0, 0.3²) and sets biases to 0.1",
  }),
};

/** Whether it is Double DQN (van Hasselt et al. 2016, arXiv:1509.06461). */
export function doubleField(standard: boolean) {
  return field.boolean({
    default: standard,
    meaning: 'whether the online network chooses the next action of the target (Double DQN)',
  });
}

/** Threshold of the quantile Huber loss (Dabney et al. 2018, arXiv:1710.10044, equation 9). */
export const kappaField = field.positive({
  default: 1,
  meaning: 'error up to which the quantile loss is quadratic, in units of the return (kappa); beyond, it is linear',
});

/** Settings of a method whose loss compares single Q-values. */
export const valueFields = {
  ...qFields,
  double: doubleField(false),
  loss: field.choice(['huber', 'mse'], { default: 'huber', meaning: 'error that is minimised' }),
};

/** Settings of methods that explore by noise in their network. */
export const noisyFields = {
  noiseScale: field.positive({ default: 0.5, meaning: 'first size of the noise in the weights (sigma 0)' }),
  noisyLayers: field.choice(['last', 'all'], {
    default: 'last',
    meaning: 'which layers are noisy: the last alone, or all that are fully connected, as in the papers',
  }),
  epsilonStart: field.probability({ default: 0, meaning: 'first probability of a random action, beside the noise' }),
  epsilonEnd: field.probability({ default: 0, meaning: 'last probability of a random action, beside the noise' }),
};

/** Settings of categorical distributions of the return. */
export const atomFields = {
  numAtoms: field.count({ min: 2, max: 10_000, default: 51, meaning: 'atoms of the distribution of the return (N)' }),
  valueMin: field.number({ default: -10, meaning: 'smallest return that the atoms can stand for' }),
  valueMax: field.number({ default: 10, meaning: 'largest return that the atoms can stand for' }),
};

export type QConfig = ValuesOf<typeof qFields>;
export type ValueConfig = ValuesOf<typeof valueFields>;
export type AtomConfig = ValuesOf<typeof atomFields>;
