import { count, field, hiddenSizes, positive, probability, scheduled } from '@zpin/core';
import { z } from 'zod';

/** More than any memory holds: a number beyond it has a digit too many. */
const MAX_TRANSITIONS = 100_000_000;

/** Settings that DQN and all that grew from it have. */
export const qFields = {
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together' }),
  bufferSize: count({
    max: MAX_TRANSITIONS,
    default: 1_000_000,
    unit: 'transitions',
    meaning: 'capacity of the replay memory (N)',
  }),
  batchSize: count({ default: 32, unit: 'transitions', meaning: 'size of a minibatch' }),
  learningStarts: count({ min: 0, default: 100, unit: 'environment steps', meaning: 'steps before the first update' }),
  trainEverySteps: count({ default: 4, unit: 'environment steps', meaning: 'steps between two rounds of updates' }),
  gradientSteps: count({ default: 1, unit: 'updates', meaning: 'updates in each round' }),
  targetUpdateEverySteps: count({
    default: 10_000,
    unit: 'environment steps',
    meaning: 'steps between two updates of the target network (C)',
  }),
  tau: field(z.number().gt(0).max(1), {
    default: 1,
    meaning: 'share of the online network that goes into the target at an update; below 1, lower targetUpdateEverySteps with it',
  }),
  learningRate: scheduled(z.number().nonnegative(), { default: 1e-4, meaning: 'step size of Adam' }),
  gamma: probability({ default: 0.99, meaning: 'discount factor per step' }),
  nSteps: count({ default: 1, unit: 'environment steps', meaning: 'rewards summed before the target bootstraps (n)' }),
  epsilonStart: probability({
    default: 1,
    meaning: 'first probability of a random action; until learningStarts all are random, whatever it says',
  }),
  epsilonEnd: probability({ default: 0.05, meaning: 'last probability of a random action' }),
  explorationFraction: field(z.number().gt(0).max(1), { default: 0.1, meaning: 'share of the run over which epsilon falls' }),
  maxGradientNorm: positive({ default: 10, meaning: 'largest global norm of the gradient' }),
  hiddenSizes: hiddenSizes({ default: [64, 64], meaning: 'units of each hidden layer of the Q-network' }),
  activation: field(z.enum(['relu', 'tanh']), { default: 'relu', meaning: 'activation of hidden layers' }),
};

/** Settings of a method whose loss compares single Q-values. */
export const valueFields = {
  ...qFields,
  double: field(z.boolean(), {
    default: false,
    meaning: 'whether the online network chooses the next action of the target (Double DQN)',
  }),
  loss: field(z.enum(['huber', 'mse']), { default: 'huber', meaning: 'error that is minimised' }),
};

/** Settings of prioritized replay (Schaul et al. 2016). */
export const priorityFields = {
  priorityExponent: field(z.number().nonnegative(), {
    default: 0.6,
    meaning: 'how much the error of a transition counts when batches are drawn (alpha); 0 draws uniformly',
  }),
  priorityWeight: probability({
    default: 0.4,
    meaning: 'first exponent of the importance weights (beta), which rises to 1 over the run',
  }),
};

/** Settings of methods that explore by noise in their network. */
export const noisyFields = {
  noiseScale: positive({ default: 0.5, meaning: 'first size of the noise in the weights (sigma 0)' }),
  epsilonStart: probability({ default: 0, meaning: 'first probability of a random action, beside the noise' }),
  epsilonEnd: probability({ default: 0, meaning: 'last probability of a random action, beside the noise' }),
};

/** Settings of categorical distributions of the return. */
export const atomFields = {
  numAtoms: count({ min: 2, default: 51, meaning: 'atoms of the distribution of the return (N)' }),
  valueMin: field(z.number(), { default: -10, meaning: 'smallest return that the atoms can stand for' }),
  valueMax: field(z.number(), { default: 10, meaning: 'largest return that the atoms can stand for' }),
};

const qConfig = z.strictObject(qFields);
export type QConfig = z.output<typeof qConfig>;

const valueConfig = z.strictObject(valueFields);
export type ValueConfig = z.output<typeof valueConfig>;

const priorityConfig = z.strictObject(priorityFields);
export type PriorityConfig = z.output<typeof priorityConfig>;

const atomConfig = z.strictObject(atomFields);
export type AtomConfig = z.output<typeof atomConfig>;
