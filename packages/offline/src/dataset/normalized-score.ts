import { ConfigError, message } from '@zpin/contracts';

/** Returns that stand for 0 and for 100. */
export interface ScoreReference {
  /** Mean return of the random policy. */
  readonly random: number;
  /** Mean return of a policy that solves the task. */
  readonly expert: number;
}

/**
 * 100 · (R − random) / (expert − random), in percent (Fu et al. 2020, "D4RL: Datasets for Deep Data-Driven Reinforcement
 * Learning", arXiv:2004.07219): 0 is as good as chance, 100 as good as the expert.
 * @throws ConfigError unless the expert is better than chance
 */
export function normalizedScore(meanReturn: number, { random, expert }: ScoreReference): number {
  if (!(expert > random)) {
    const remedy = 'Give the mean returns of a random policy and of one that solves the task';
    throw new ConfigError(message('normalizedScore', 'expert must be above random', { random, expert }, remedy));
  }
  return (100 * (meanReturn - random)) / (expert - random);
}
