/** Steps of a run without preset that does not say how many. */
export const DEFAULT_STEPS = 100_000;
/** Greedy episodes of an evaluation that does not say how many. */
export const DEFAULT_EVALUATION_EPISODES = 100;
/** Copies of the environment that evaluation plays at once. */
export const EVALUATION_COPIES = 10;
