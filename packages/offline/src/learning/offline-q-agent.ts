import { field, type OfflineAgent, type ValuesOf } from '@zpin/contracts';
import { batchAgent, type CreateOptions } from '@zpin/core';
import { greedyActing, type QMethod, qLearner } from '@zpin/value-based';
import { batchFields, learningRateField, valueFields } from './learning-fields.ts';

/** Settings of every offline method that learns the values of discrete actions. */
export const offlineQFields = {
  ...batchFields,
  ...learningRateField,
  ...valueFields,
  targetUpdateEveryUpdates: field.count({
    default: 1,
    unit: 'gradient steps',
    meaning: 'steps between two updates of the target network',
  }),
  maxGradientNorm: field.positive({ default: 10, meaning: 'largest global norm of the gradient' }),
};

export type OfflineQConfig = Readonly<ValuesOf<typeof offlineQFields>>;

/** The agent of a value-based method that gets its batches from a data set. Greedy in both modes. */
export function offlineQAgent<Config extends OfflineQConfig>(
  { spec, seed, engine }: Pick<CreateOptions<never>, 'spec' | 'seed' | 'engine'>,
  { config, ...method }: QMethod & { readonly config: Config },
): OfflineAgent<Config> {
  const { learningRate, maxGradientNorm, targetUpdateEveryUpdates: every, tau } = config;
  const targetUpdates = { every, tau };
  const learner = qLearner({ ...method, spec, seed, engine, learningRate, maxGradientNorm, targetUpdates });
  return batchAgent({ ...learner, config, acting: greedyActing(learner) });
}
