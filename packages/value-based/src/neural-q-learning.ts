/**
 * Q-learning with a function in place of the table: a network, linear when it has no hidden layer, learns from every step as it
 * comes, without memory and without a target network. The bridge from `q-learning` to `dqn`.
 *
 * Watkins (1989), "Learning from Delayed Rewards"; Sutton & Barto (2018), sections 9.3 and 11.1: semi-gradient Q-learning.
 *
 *   book         here
 *   q̂(s, a, w)   network of the observation, an index as one-hot: [B, A]
 *   α, γ, ε      learningRate, gamma, epsilon
 *   update       w ← w + α (R + γ max_a q̂(S′, a, w) − q̂(S, A, w)) ∇ q̂(S, A, w), with a constant target
 *
 * The last layer has no bias and begins at 0. So without hidden layers, on an index, there is one weight for each state and
 * action, and the update is the table's.
 *
 * Deviations from the book:
 * 1. A time limit is not the end of the task: it bootstraps.
 * 2. Several environments share one step, by the mean of their errors.
 */
import * as tf from '@tensorflow/tfjs-core';
import { field, type OffPolicyAgent } from '@zpin/contracts';
import {
  type ConfigOf,
  type CreateOptions,
  combine,
  configSchema,
  layout,
  learningAgent,
  observationFeatures,
  type PolicyOptions,
  parseConfig,
  type StepAlgorithm,
  sgd,
  type TrainOptions,
  trainOffPolicy,
} from '@zpin/core';
import { LatestTransitions } from '@zpin/replay';
import { valueUpdate } from './dqn.ts';
import { neuralQLearningPresets } from './presets/neural-q-learning.ts';
import { epsilonGreedyActing } from './q-learner/q-acting.ts';
import { epsilonFields, qFields } from './q-learner/q-fields.ts';
import { qLearner } from './q-learner/q-learner.ts';
import { discreteActions, greedyPolicy, type QNetwork } from './q-learner/q-network.ts';

// ---- configuration ----

export const neuralQLearningConfig = configSchema({
  numEnvs: field.count({ default: 1, meaning: 'copies of the environment stepped together, which share one network' }),
  learningRate: field.scheduled({ min: 0, default: 0.1, meaning: 'step size of gradient descent (alpha)' }),
  gamma: qFields.gamma,
  epsilonStart: field.probability({ default: 1, meaning: 'first probability of a random action' }),
  epsilonEnd: epsilonFields.epsilonEnd,
  explorationFraction: field.number({ above: 0, max: 1, default: 0.5, meaning: 'share of the run over which epsilon falls' }),
  hiddenSizes: field.sizes({ default: [], meaning: 'units of each hidden layer; none makes the values linear' }),
  activation: qFields.activation,
});

export type NeuralQLearningConfig = ConfigOf<typeof neuralQLearningConfig>;

// ---- network ----

/** Makes the network. @throws SpaceError unless actions are `Discrete` */
export function neuralQNetwork({ spec, config }: PolicyOptions<NeuralQLearningConfig>): QNetwork {
  const actions = discreteActions(spec, 'neural-q-learning');
  const { numActions } = actions;
  const hidden = observationFeatures(spec.observationSpace, { ...config, initialization: 'fan-in' });
  const output = {
    layout: layout([['weight', [hidden.outputSize, numActions]]]),
    init: () => new Float32Array(hidden.outputSize * numActions),
    apply: (params: Record<string, tf.Tensor>, x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, params.weight as tf.Tensor2D),
  };
  const { parts, ...network } = combine({ hidden, output });
  const apply: QNetwork['apply'] = (params, obs) => parts.output.apply(params, parts.hidden.apply(params, obs));
  return { ...network, ...actions, outputs: 1, noiseSize: 0, noiseKind: 'normal', apply };
}

// ---- agent ----

/** An agent whose batches are the transitions of one step. */
type StepAgent = OffPolicyAgent<NeuralQLearningConfig>;

/** Builds an agent that learns from each step. @throws SpaceError unless actions are `Discrete` */
function create({ spec, config: given, seed, engine }: CreateOptions<NeuralQLearningConfig>): StepAgent {
  const config = parseConfig(neuralQLearningConfig, given, 'neural-q-learning');
  const { numEnvs, learningRate } = config;
  const learner = qLearner({
    ...{ algorithm: 'neural-q-learning', spec, seed, engine, learningRate, optimizer: sgd() },
    network: neuralQNetwork({ spec, config }),
    ...valueUpdate({ double: false, loss: 'mse' }),
  });
  return {
    ...learningAgent({ ...learner, config, acting: epsilonGreedyActing(learner, config) }),
    ...{ numEnvs, batchSize: numEnvs, learningStarts: 0, trainEverySteps: numEnvs, gradientSteps: 1 },
  };
}

/** Trains on the transitions of the last step alone. */
function train(options: TrainOptions<StepAgent>) {
  const { agent, env } = options;
  const { numEnvs: capacity, config } = agent;
  const { observationSpace, actionSpace } = env.spec;
  const hasActionMask = env.createStep().actionMask !== undefined;
  const replay = new LatestTransitions({ capacity, observationSpace, actionSpace, gamma: config.gamma, hasActionMask });
  return trainOffPolicy({ ...options, replay });
}

/** Q-learning with a linear function or a network, without memory, for discrete actions. */
export const neuralQLearning: StepAlgorithm<NeuralQLearningConfig, StepAgent> = {
  id: 'neural-q-learning',
  title: 'Q-learning with a linear function or a network',
  paper: 'Watkins 1989, "Learning from Delayed Rewards"; Sutton & Barto 2018, section 11.1',
  learnsFrom: 'steps',
  spaces: { actions: ['discrete'] },
  copies: ({ numEnvs }) => numEnvs,
  config: neuralQLearningConfig,
  presets: neuralQLearningPresets,
  create,
  policy: options => greedyPolicy(neuralQNetwork(options)),
  train,
};
