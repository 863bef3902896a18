import { count, field, nonNegative, probability } from '@zpin/core';
import { z } from 'zod';

/** More than any memory holds: a number beyond it has a digit too many. */
const MAX_TRANSITIONS = 100_000_000;

/** Settings of the replay memory. */
export const replayFields = {
  bufferSize: count({
    max: MAX_TRANSITIONS,
    default: 1_000_000,
    unit: 'transitions',
    meaning: 'capacity of the replay memory',
  }),
  nSteps: count({ default: 1, unit: 'environment steps', meaning: 'rewards summed before the target bootstraps (n)' }),
  prioritizedReplay: field(z.boolean(), {
    default: false,
    meaning: 'draw transitions in proportion to their error, with importance weights',
  }),
  priorityExponent: nonNegative({
    default: 0.6,
    meaning: 'how much the error of a transition counts when batches are drawn (alpha of prioritized replay)',
  }),
  priorityWeight: probability({
    default: 0.4,
    meaning: 'first exponent of the importance weights (beta of prioritized replay), which rises to 1 over the run',
  }),
};

export interface ReplayConfig {
  readonly bufferSize: number;
  readonly gamma: number;
  readonly nSteps: number;
  readonly prioritizedReplay: boolean;
  readonly priorityExponent: number;
  readonly priorityWeight: number;
}
