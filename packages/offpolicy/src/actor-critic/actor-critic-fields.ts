import { type Fields, field, type ValuesOf } from '@zpin/contracts';
import { type ConfigSchema, configSchema, convolutionsField, observationFields } from '@zpin/core';
import { priorityFields, type ReplayDefaults, replayFields } from '@zpin/replay';

/** Settings of the networks of actors and critics. */
export const networkFields = {
  hiddenSizes: field.sizes({ default: [256, 256], meaning: 'units of each hidden layer of the policy and of each critic' }),
  convolutions: convolutionsField,
  activation: field.choice(['relu', 'tanh'], { default: 'relu', meaning: 'activation of hidden layers' }),
};

export type NetworkConfig = Readonly<ValuesOf<typeof networkFields>>;

/**
 * Settings of critics that see an action, not of those that know all values of discrete ones. A critic with normalised layers cannot
 * say without bound what an action is worth that it has never seen (Ball et al. 2023, arXiv:2302.02948, section 4.2).
 */
export const criticFields = {
  criticLayerNorm: field.boolean({
    default: false,
    meaning: 'normalise the hidden layers of the critics, so that values of untried actions stay in bounds',
  }),
};

export type CriticNetworkConfig = NetworkConfig & Readonly<Partial<ValuesOf<typeof criticFields>>>;

/** How fast targets follow. */
export const tauField = {
  tau: field.number({
    above: 0,
    max: 1,
    default: 0.005,
    meaning: 'share of a network that goes into its target whenever the target is updated; 1 copies it',
  }),
};

/** Defaults of the step sizes. */
export interface LearningRates {
  readonly critic: number;
  readonly actor: number;
}

/** Settings of the steps of actors and critics. */
export function learningRateFields({ critic, actor }: LearningRates) {
  return {
    criticLearningRate: field.scheduled({ min: 0, default: critic, meaning: 'step size of Adam for the critics' }),
    actorLearningRate: field.scheduled({ min: 0, default: actor, meaning: 'step size of Adam for the policy' }),
  };
}

/** What became of settings that had another name once. */
const renamed = {
  learningRate: 'criticLearningRate, and actorLearningRate for the policy',
  actorLearningRateScale: 'actorLearningRate, which is a step size and no multiple of another',
};

/** The schema of an algorithm with `learningRateFields`. It refuses step sizes by their old names, and says the new ones. */
export function actorCriticConfigSchema<const F extends Fields>(fields: F): ConfigSchema<F> {
  return configSchema(fields, { renamed });
}

/** Defaults in which actor-critics differ. */
export interface ActorCriticDefaults extends ReplayDefaults {
  /** Step size of the policy and of the critics. */
  readonly learningRate: number;
}

/** Settings of every actor-critic that learns from a replay memory. */
export function actorCriticFields({ learningRate, ...replay }: ActorCriticDefaults) {
  return {
    ...replayFields(replay),
    prioritizedReplay: field.boolean({
      default: false,
      meaning: 'draw transitions in proportion to their error, with importance weights',
    }),
    ...priorityFields,
    ...observationFields({ smallestDeviation: 0.01 }),
    ...tauField,
    ...learningRateFields({ critic: learningRate, actor: learningRate }),
    ...networkFields,
  };
}

export type ActorCriticConfig = Readonly<ValuesOf<ReturnType<typeof actorCriticFields>>>;
