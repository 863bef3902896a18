import { type Fields, field, type ValuesOf } from '@zpin/contracts';
import { configSchema, convolutionsField, observationFields } from '@zpin/core';

/** Defaults in which algorithms differ. */
export interface RolloutDefaults {
  /** 1 when omitted. */
  readonly numEnvs?: number;
  readonly rolloutLength: number;
}

/** Settings of every algorithm that learns from rollouts. */
export function rolloutFields({ numEnvs = 1, rolloutLength }: RolloutDefaults) {
  return {
    numEnvs: field.count({ default: numEnvs, meaning: 'copies of the environment stepped together (N)' }),
    rolloutLength: field.count({
      default: rolloutLength,
      unit: 'environment steps per copy',
      meaning: 'steps collected between two updates (T)',
    }),
    gamma: field.probability({ default: 0.99, meaning: 'discount factor per step' }),
  };
}

/** How far GAE(λ) looks ahead. */
export function lambdaField(standard: number) {
  return {
    lambda: field.probability({
      default: standard,
      meaning: 'decay of the advantage estimate: 0 is the TD error, 1 the whole return',
    }),
  };
}

/** Settings of advantages by GAE(λ). */
export function advantageFields({ lambda, normalized }: { readonly lambda: number; readonly normalized: boolean }) {
  return { ...lambdaField(lambda), ...normalizedAdvantageField(normalized) };
}

/** Whether advantages are brought to unit size. */
export function normalizedAdvantageField(standard: boolean) {
  return {
    normalizeAdvantage: field.boolean({
      default: standard,
      meaning: 'give advantages mean 0 and deviation 1 in each batch that is learned from',
    }),
  };
}

/** Settings of a loss that policy and value have in common, and of the step against it. */
export function jointLossFields({ entropyCoefficient }: { readonly entropyCoefficient: number }) {
  return {
    valueCoefficient: field.nonNegative({ default: 0.5, meaning: 'weight of the value loss' }),
    entropyCoefficient: field.nonNegative({ default: entropyCoefficient, meaning: 'weight of the entropy bonus' }),
    maxGradientNorm: field.positive({ default: 0.5, meaning: 'largest global norm of the gradient' }),
  };
}

/** Settings of several passes over a rollout, by Adam on minibatches. */
export const minibatchFields = {
  batchSize: field.count({ default: 64, unit: 'transitions', meaning: 'size of a minibatch' }),
  epochs: field.count({ default: 10, meaning: 'passes over a rollout in each update' }),
  learningRate: field.scheduled({ min: 0, default: 3e-4, meaning: 'step size of Adam' }),
  adamEpsilon: field.positive({ default: 1e-5, meaning: 'term added to the denominator of Adam' }),
};

/** Settings with which policy and value learn apart, where one of them is not null. */
export const apartFields = {
  policyLearningRate: field.scheduled({
    min: 0,
    default: null,
    meaning: 'step size of Adam for the policy, which then learns apart from the value; null: learningRate',
  }),
  valueLearningRate: field.scheduled({
    min: 0,
    default: null,
    meaning: 'step size of Adam for the value, which then learns apart from the policy; null: learningRate',
  }),
  valueEpochs: field.count({
    default: null,
    meaning: 'passes over a rollout for the value, which then learns apart from the policy; null: epochs',
  }),
};

/** Whether policy and value learn apart. */
export function learnApart(config: Readonly<ValuesOf<typeof apartFields>>): boolean {
  return config.policyLearningRate !== null || config.valueLearningRate !== null || config.valueEpochs !== null;
}

/** Settings of networks of policy and value. */
const networkFields = {
  hiddenSizes: field.sizes({ default: [64, 64], meaning: 'units of each hidden layer of the policy and of the value network' }),
  convolutions: convolutionsField,
  activation: field.choice(['tanh', 'relu', 'relu6'], { default: 'tanh', meaning: 'activation of hidden layers' }),
  initialLogStd: field.number({ default: 0, meaning: 'first log standard deviation of continuous actions' }),
  actionDeviation: field.choice(['independent', 'exp', 'softplus'], {
    default: 'independent',
    meaning: 'deviation of continuous actions: independent of the state, or given by the network through exp or softplus',
  }),
  boundMeans: field.boolean({
    default: false,
    meaning: 'squash only the means of continuous actions to their bounds by tanh',
  }),
  squashActions: field.boolean({
    default: false,
    meaning: 'squash continuous actions to their bounds by tanh, instead of clipping them',
  }),
  scaleActions: field.boolean({
    default: false,
    meaning: 'count continuous actions in half widths of their bounds from the middle; for bounds far from -1 and 1',
  }),
};

/** Settings of every algorithm whose observations and rewards can be normalised. */
const normalizationFields = {
  ...observationFields({ smallestDeviation: 0 }),
  normalizeRewards: field.boolean({ default: false, meaning: 'divide rewards by the deviation of the discounted return' }),
};

export type NormalizationConfig = Readonly<ValuesOf<typeof normalizationFields>>;

/** Settings of networks of policy and value that can share their hidden layers. */
export const actorCriticFields = {
  ...networkFields,
  sharedTrunk: field.boolean({ default: false, meaning: 'policy and value share their hidden layers' }),
};

/** Settings of policy and value for algorithms that make one step for both together. */
export const jointPolicyFields = { ...actorCriticFields, ...normalizationFields };

/** Settings of policy and value for algorithms that change them in different ways. */
export const separatePolicyFields = {
  ...networkFields,
  sharedTrunk: field.boolean({ default: false, meaning: 'policy and value never share their hidden layers here' }),
  ...normalizationFields,
};

/**
 * The schema of an algorithm with `separatePolicyFields`. It says why there is no shared trunk, and that the step size of the
 * value was once called `learningRate`.
 */
export function separateConfigSchema<const F extends Fields & Pick<typeof separatePolicyFields, 'sharedTrunk'>>(fields: F) {
  const schema = configSchema(fields, { renamed: { learningRate: 'valueLearningRate' } });
  return schema.refine(config => !(config as { readonly sharedTrunk: boolean }).sharedTrunk, {
    error: 'sharedTrunk must be false, as the value is fitted apart from the policy',
    path: ['sharedTrunk'],
  });
}

/** Whether policy and value learn apart on hidden layers that they share. */
function sharesApart(config: SharedApart): boolean {
  return config.sharedTrunk && learnApart(config);
}

type SharedApart = Readonly<ValuesOf<Pick<typeof actorCriticFields, 'sharedTrunk'> & typeof apartFields>>;

/**
 * The schema of an algorithm with `apartFields`. Hidden layers are not shared where policy and value learn apart: the value's steps would
 * move the policy's, which no clip and no divergence then limits.
 */
export function apartConfigSchema<const F extends Fields & Pick<typeof actorCriticFields, 'sharedTrunk'> & typeof apartFields>(
  fields: F,
) {
  return configSchema(fields).refine(config => !sharesApart(config as SharedApart), {
    error:
      'sharedTrunk must be false where policyLearningRate, valueLearningRate or valueEpochs is set, as policy and value learn apart',
    path: ['sharedTrunk'],
  });
}
