import { field, type ValuesOf } from '@zpin/contracts';

/** Settings that all tabular algorithms have. */
export const tabularFields = {
  numEnvs: field.count({ default: 1, meaning: 'copies of the environment stepped together, which share one table' }),
  learningRate: field.scheduled({
    min: 0,
    max: 1,
    default: 0.1,
    meaning: 'share of the TD error that goes into the table (alpha)',
  }),
  gamma: field.probability({ default: 0.99, meaning: 'discount factor per step' }),
  epsilonStart: field.probability({ default: 1, meaning: 'first probability of a random action' }),
  epsilonEnd: field.probability({ default: 0.05, meaning: 'last probability of a random action' }),
  explorationFraction: field.number({ above: 0, max: 1, default: 0.5, meaning: 'share of the run over which epsilon falls' }),
  initialValue: field.number({ default: 0, meaning: 'first value of every action; one too high makes the agent try all' }),
  ties: field.choice(['random', 'first'], {
    default: 'random',
    meaning: 'which of several actions of the largest value is tried while exploring: one drawn at random, or the first',
  }),
  reportEverySteps: field.count({
    default: 1000,
    unit: 'environment steps',
    meaning: 'steps between two update events',
  }),
};

export type TabularConfig = ValuesOf<typeof tabularFields>;
