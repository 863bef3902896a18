import { field, type ReplayPriorities, type ValuesOf } from '@zpin/contracts';

/** More than any memory holds: a number beyond it has a digit too many. */
const MAX_TRANSITIONS = 100_000_000;

/** Settings of a replay memory. */
export const memoryFields = {
  bufferSize: field.count({
    max: MAX_TRANSITIONS,
    default: 1_000_000,
    unit: 'transitions',
    meaning: 'capacity of the replay memory',
  }),
  nSteps: field.count({
    default: 1,
    unit: 'environment steps',
    meaning: 'rewards summed before the target bootstraps (n)',
  }),
};

/** Settings of prioritized replay (Schaul et al. 2016, "Prioritized experience replay", arXiv:1511.05952). */
export const priorityFields = {
  priorityExponent: field.probability({
    default: 0.6,
    meaning: 'how much the error of a transition counts when batches are drawn (alpha of prioritized replay); 0 draws uniformly',
  }),
  priorityWeight: field.probability({
    default: 0.4,
    meaning: 'first exponent of the importance weights (beta of prioritized replay), which rises to 1 over the run',
  }),
  priorityEpsilon: field.positive({ default: 1e-6, meaning: 'added to every error, so that each transition can be drawn' }),
  priorityClip: field.positive({
    default: null,
    meaning: 'largest error that counts as a priority; null: all count as they are',
  }),
  newPriority: field.choice(['largest-ever', 'largest-stored'], {
    default: 'largest-ever',
    meaning: 'priority of a new transition: the largest there ever was, or of those stored, which forgets an early outlier',
  }),
};

/** What settings of prioritized replay ask of a memory. */
export function prioritiesOf(config: ValuesOf<typeof priorityFields>): ReplayPriorities {
  const { priorityExponent: alpha, priorityWeight: beta, priorityEpsilon: epsilon, priorityClip: clip, newPriority } = config;
  return { alpha, beta, epsilon, newPriority, ...(clip !== null && { clip }) };
}

/** Defaults in which algorithms differ. */
export interface ReplayDefaults {
  readonly batchSize: number;
  readonly learningStarts: number;
  readonly trainEverySteps?: number;
  readonly gradientSteps?: number;
}

/** Settings of every algorithm that learns from a replay memory while it plays: how much it plays, and how often it learns. */
export function replayFields({ batchSize, learningStarts, trainEverySteps = 1, gradientSteps = 1 }: ReplayDefaults) {
  return {
    numEnvs: field.count({ default: 1, meaning: 'copies of the environment stepped together' }),
    batchSize: field.count({ default: batchSize, unit: 'transitions', meaning: 'size of a minibatch' }),
    learningStarts: field.count({
      min: 0,
      default: learningStarts,
      unit: 'environment steps',
      meaning: 'steps of random actions before the first update',
    }),
    trainEverySteps: field.count({
      default: trainEverySteps,
      unit: 'environment steps',
      meaning: 'steps between two rounds of updates',
    }),
    gradientSteps: field.count({ default: gradientSteps, unit: 'updates', meaning: 'updates in each round' }),
    gamma: field.probability({ default: 0.99, meaning: 'discount factor per step' }),
    ...memoryFields,
  };
}
