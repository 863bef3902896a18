/**
 * Q-learning with a function in place of the table: a network, linear when it has no hidden layer, learns from every step as it comes, without
 * memory and without a target network. The bridge from `q-learning` to `dqn`.
 *
 * Watkins (1989), "Learning from Delayed Rewards"; Sutton & Barto (2018), sections 9.3 and 11.1: semi-gradient Q-learning.
 *
 *   book         here
 *   q̂(s, a, w)   network of the observation, an index as one-hot: [B, A]
 *   α, γ, ε      learningRate, gamma, epsilon
 *   update       w ← w + α (R + γ max_a q̂(S′, a, w) − q̂(S, A, w)) ∇ q̂(S, A, w), with a constant target
 *
 * The last layer has no bias and begins at 0. So without hidden layers, on an index, there is one weight for each state and action, and the update
 * is the table's.
 *
 * Deviations from the book:
 * 1. A time limit is not the end of the task: it bootstraps.
 * 2. Several environments share one step, by the mean of their errors.
 */
import * as tf from '@tensorflow/tfjs';
import type { OffPolicyAgent } from '@zpin/contracts';
import {
  type Algorithm,
  type CreateOptions,
  combine,
  count,
  field,
  hiddenSizes,
  layout,
  observationFeatures,
  type PolicyOptions,
  parseConfig,
  probability,
  scheduled,
  sgd,
  type TrainOptions,
  trainOffPolicy,
} from '@zpin/core';
import { LatestTransitions } from '@zpin/replay';
import { z } from 'zod';
import { valueUpdate } from './dqn.ts';
import { neuralQLearningPresets } from './dqn-presets.ts';
import { qAgent } from './q-agent.ts';
import { qFields } from './q-config.ts';
import { countActions, greedyPolicy, type QNetwork } from './q-network.ts';

// ---- configuration ----

export const neuralQLearningConfig = z.strictObject({
  numEnvs: count({ default: 1, meaning: 'copies of the environment stepped together, which share one network' }),
  learningRate: scheduled(z.number().nonnegative(), { default: 0.1, meaning: 'step size of gradient descent (alpha)' }),
  gamma: qFields.gamma,
  epsilonStart: probability({ default: 1, meaning: 'first probability of a random action' }),
  epsilonEnd: qFields.epsilonEnd,
  explorationFraction: field(z.number().gt(0).max(1), { default: 0.5, meaning: 'share of the run over which epsilon falls' }),
  hiddenSizes: hiddenSizes({ default: [], meaning: 'units of each hidden layer; none makes the values linear' }),
  activation: qFields.activation,
});

export type NeuralQLearningConfig = z.output<typeof neuralQLearningConfig>;

/** What there is no memory and no target network for. */
const withoutMemory = {
  ...{ learningStarts: 0, gradientSteps: 1, nSteps: 1 },
  ...{ targetUpdateEverySteps: 1, tau: 1, maxGradientNorm: 1e30 },
};

// ---- network ----

/** Makes the network. @throws SpaceError unless actions are `Discrete` */
export function neuralQNetwork({ spec, config }: PolicyOptions<NeuralQLearningConfig>): QNetwork {
  const numActions = countActions(spec, 'neural-q-learning');
  const hidden = observationFeatures(spec.observationSpace, { ...config, initialization: 'fan-in' });
  const output = {
    layout: layout([['weight', [hidden.outputSize, numActions]]]),
    init: () => new Float32Array(hidden.outputSize * numActions),
    apply: (params: Record<string, tf.Tensor>, x: tf.Tensor) => tf.matMul(x as tf.Tensor2D, params.weight as tf.Tensor2D),
  };
  const { parts, ...network } = combine({ hidden, output });
  const apply: QNetwork['apply'] = (params, obs) => parts.output.apply(params, parts.hidden.apply(params, obs));
  return { ...network, numActions, outputs: 1, noiseSize: 0, noiseKind: 'normal', apply };
}

// ---- agent ----

/** Builds an agent that learns from each step. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<NeuralQLearningConfig>): OffPolicyAgent<NeuralQLearningConfig> {
  const config = parseConfig(neuralQLearningConfig, options.config, 'neural-q-learning');
  const { numEnvs } = config;
  const agent = qAgent(options, {
    algorithm: 'neural-q-learning',
    config: { ...config, ...withoutMemory, trainEverySteps: numEnvs, bufferSize: numEnvs, batchSize: numEnvs },
    network: neuralQNetwork({ ...options, config }),
    ...valueUpdate({ double: false, loss: 'mse' }),
    hasTargetNetwork: false,
    optimizer: sgd(),
  });
  const { policy } = agent;
  return { ...agent, config, ...(policy && { policy: async () => ({ ...(await policy()), config }) }) };
}

/** Trains on the transitions of the last step alone. */
function train(options: TrainOptions) {
  const agent = options.agent as OffPolicyAgent<NeuralQLearningConfig>;
  const { observationSpace, actionSpace } = options.env.spec;
  const hasActionMask = options.env.createStep().actionMask !== undefined;
  const { gamma } = agent.config;
  const replay = new LatestTransitions({ capacity: agent.numEnvs, observationSpace, actionSpace, gamma, hasActionMask });
  return trainOffPolicy({ ...options, agent, replay });
}

/** Q-learning with a linear function or a network, without memory, for discrete actions. */
export const neuralQLearning: Algorithm<NeuralQLearningConfig> = {
  id: 'neural-q-learning',
  title: 'Q-learning with a linear function or a network',
  paper: 'Watkins 1989, "Learning from Delayed Rewards"; Sutton & Barto 2018, section 11.1',
  config: neuralQLearningConfig,
  presets: neuralQLearningPresets,
  create,
  policy: options => greedyPolicy(neuralQNetwork(options)),
  train,
};
