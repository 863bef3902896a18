export type { DqnConfig } from './dqn.ts';
export { dqn, dqnConfig, dqnLoss, dqnTarget, huber, maskQ } from './dqn.ts';
export type { EpsilonGreedyOptions } from './epsilon-greedy.ts';
export { epsilonGreedy } from './epsilon-greedy.ts';
