import { field, type OfflineAgent, type ValuesOf } from '@zpin/contracts';
import { batchAgent, type CreateOptions, type DatasetAlgorithm, type PolicyOptions, parseConfig } from '@zpin/core';
import { greedyActing, greedyPolicy, type QMethod, type QNetwork, qLearner } from '@zpin/value-based';
import { requireDiscrete } from '../acting/action-kind.ts';
import { datasetRegime } from './dataset-regime.ts';
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

/** What is particular to an offline method that learns the values of discrete actions. */
export interface OfflineQAlgorithmOptions<Config>
  extends Pick<DatasetAlgorithm<Config>, 'id' | 'title' | 'paper' | 'config' | 'presets' | 'samplesPerRow'> {
  /** Its network; `algorithm` is named in errors. */
  network(options: PolicyOptions<Config> & { readonly algorithm: string }): QNetwork;
  /** The two lines of its update, with how outputs become values. */
  update(config: Config): Pick<QMethod, 'values' | 'target' | 'loss'>;
}

/** An algorithm that learns from a data set towards a target network, and acts greedily, for `Discrete` actions. */
export function offlineQAlgorithm<Config extends OfflineQConfig>(
  options: OfflineQAlgorithmOptions<Config>,
): DatasetAlgorithm<Config> {
  const { id: algorithm, title, paper, config: schema, presets, update, samplesPerRow } = options;
  const networkOf = (given: PolicyOptions<Config>) => options.network({ ...given, algorithm });
  return {
    ...{ id: algorithm, title, paper, config: schema, presets },
    ...datasetRegime,
    ...(samplesPerRow && { samplesPerRow }),
    spaces: { actions: ['discrete'] },
    create(given) {
      requireDiscrete(algorithm, given.spec);
      const config = parseConfig(schema, given.config, algorithm);
      return offlineQAgent(given, { algorithm, config, network: networkOf({ ...given, config }), ...update(config) });
    },
    policy: given => greedyPolicy(networkOf(given), update(given.config).values),
  };
}
