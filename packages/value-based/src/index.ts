export type { DqnConfig } from './dqn.ts';
export { dqn, dqnConfig, dqnLoss, dqnTarget, huber } from './dqn.ts';
export type { EpsilonGreedyOptions } from './epsilon-greedy.ts';
export { epsilonGreedy } from './epsilon-greedy.ts';
export { maskQ } from './mask-q.ts';
