import { InputError, message, type OfflineAgent } from '@zpin/contracts';
import { type TrainOptions, trainOffline } from '@zpin/core';
import { checkSameSpec } from './transitions.ts';

/** What the transitions of a batch depend on. */
interface DiscountConfig {
  readonly gamma?: number;
  readonly nSteps?: number;
}

/**
 * Trains an agent on the data set of the options.
 * @throws InputError when there is none; SpaceError when it is of another environment
 */
export function trainOnDataset(options: TrainOptions) {
  const agent = options.agent as OfflineAgent<DiscountConfig>;
  const { dataset, env } = options;
  if (!dataset) {
    const remedy = 'Pass one, such as collectDataset, recordTransitions or loadDataset give';
    throw new InputError(message(agent.algorithm, 'the options must have a data set', 'none', remedy));
  }
  checkSameSpec(agent.algorithm, env.spec, dataset.spec);
  const { gamma = 1, nSteps = 1 } = agent.config;
  return trainOffline({ ...options, agent, source: dataset.discounted(gamma, nSteps) });
}
