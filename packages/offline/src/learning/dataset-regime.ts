import type { OfflineAgent } from '@zpin/contracts';
import { type DatasetTrainOptions, trainOffline } from '@zpin/core';
import { checkSameSpec } from '../dataset/transitions.ts';

/** What batches depend on; what learns no values has no discount. */
interface BatchConfig {
  readonly batchSize: number;
  readonly gamma?: number;
  readonly nSteps?: number;
}

/**
 * Trains an agent on the data set of the options, from whose observations it takes its statistics first, where it has any; a run
 * that goes on has them in its state.
 * @throws SpaceError when it is of another environment
 */
export function trainOnDataset<Config extends BatchConfig>(options: DatasetTrainOptions<OfflineAgent<Config>>) {
  const { agent, dataset, env, resume } = options;
  checkSameSpec(agent.algorithm, env.spec, dataset.spec);
  if (!resume && dataset.obs) agent.observe?.(dataset.obs);
  const { gamma = 1, nSteps = 1 } = agent.config;
  return trainOffline({ ...options, source: dataset.discounted(gamma, nSteps) });
}

/** What offline algorithms have in common, as their descriptors say it. */
export const datasetRegime = {
  learnsFrom: 'dataset',
  /** The environment is evaluated in, one copy of it. */
  copies: () => 1,
  train: trainOnDataset,
} as const;
