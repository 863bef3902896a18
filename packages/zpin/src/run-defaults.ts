/** Steps of a run without preset that does not say how many. */
export const DEFAULT_STEPS = 100_000;
/** Greedy episodes of an evaluation that does not say how many. */
export const DEFAULT_EVALUATION_EPISODES = 100;
/** Far from the seeds of training, so that evaluation episodes were never seen. */
export const EVALUATION_SEED_OFFSET = 1_000_000;
/** Copies of the environment that evaluation plays at once. */
export const EVALUATION_COPIES = 10;
