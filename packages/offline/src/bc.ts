/**
 * Behavioural cloning: supervised learning of what the data do.
 *
 * Pomerleau (1991), "Efficient Training of Artificial Neural Networks for Autonomous Navigation", Neural Computation 3(1); what
 * every offline method is compared with.
 *
 * Whole numbers as actions: maximum likelihood, −log π(a|s). Continuous ones: the squared distance of a = tanh(network(s)) from the
 * data's action, the form that the papers of BCQ and of TD3+BC compare with. It plays the mean of what it saw, which is none of
 * it where the data are of two minds.
 */

import * as tf from '@tensorflow/tfjs-core';
import { type OfflineAgent, Rng } from '@zpin/contracts';
import {
  adam,
  batchAgent,
  Categorical,
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type DatasetAlgorithm,
  type Distribution,
  discreteHead,
  type InputShape,
  maskedProgram,
  type Network,
  observationInput,
  observationNetwork,
  type PolicyNetwork,
  type PolicyOptions,
  parseConfig,
  program,
  Store,
  trainable,
} from '@zpin/core';
import { deterministicActor } from '@zpin/offpolicy';
import { requireBox } from './acting/action-kind.ts';
import { policyActing } from './acting/policy-acting.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { batchFields, learningRateField } from './learning/learning-fields.ts';
import { cartPole } from './presets/cart-pole.ts';
import { hopper } from './presets/hopper.ts';
import { pendulum } from './presets/pendulum.ts';

// ---- configuration ----

export const bcConfig = configSchema({ ...batchFields, ...learningRateField });

export type BcConfig = ConfigOf<typeof bcConfig>;

// ---- networks ----

/** A policy that is learned from examples. */
interface Clone {
  /** Logits `[B, A]` (of several choices behind each other, or of bits), or actions `[B, K]` in [−1, 1], of observations `[B, D]`. */
  readonly network: Network;
  readonly greedy: PolicyNetwork;
  /** Shape of a batch of actions. */
  readonly action: InputShape;
  /** Actions that can be masked: A, or 0 where masks have no meaning. */
  readonly maskSize: number;
  /** Scalar. @param output of the network @param action `[B]` or `[B, K]` as in the data @param mask `[B, A]`, 1 = legal */
  loss(output: tf.Tensor, action: tf.Tensor, mask?: tf.Tensor): tf.Tensor;
}

/** The policy and its loss. @throws SpaceError unless actions are whole numbers, or a `Box` of floats with finite bounds */
export function bcNetwork({ spec, config }: PolicyOptions<BcConfig>): Clone {
  const head = discreteHead('bc', spec);
  if (head) {
    const { hiddenSizes, convolutions, activation } = config;
    const options = { hiddenSizes, convolutions, activation, outputSize: head.outputSize, initialization: 'fan-in' } as const;
    const network = observationNetwork(spec.observationSpace, options);
    const act: PolicyNetwork['act'] = (params, obs, mask) => head.distribution(network.apply(params, obs), mask).mode();
    const loss: Clone['loss'] = (logits, action, mask) => negativeLogLikelihood(head.distribution(logits, mask), action);
    const { action, maskSize } = head;
    return { network, loss, greedy: { layout: network.layout, act }, action, maskSize };
  }
  requireBox('bc', spec, 'Discrete, MultiDiscrete, MultiBinary or a Box');
  const actor = deterministicActor('bc', spec, config);
  const loss: Clone['loss'] = (output, action) => distanceLoss(output, actor.box.toUnit(action));
  return { network: actor, loss, greedy: actor.greedy, action: ['batch', actor.box.size], maskSize: 0 };
}

// ---- losses ----

/**
 * −mean log π(a|s): scalar; as Fujimoto et al. (2019), arXiv:1910.01708, algorithm 1, learn the imitation of discrete BCQ.
 * @param logits `[B, A]` @param action `[B]` @param mask `[B, A]`, 1 = legal; all when omitted
 */
export function likelihoodLoss(logits: tf.Tensor, action: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  return negativeLogLikelihood(new Categorical(logits, mask), action);
}

function negativeLogLikelihood(policy: Distribution, action: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(policy.logProb(action)));
}

/**
 * mean ‖π(s) − a‖² / K: scalar; the imitation in TD3+BC (Fujimoto & Gu 2021, arXiv:2106.06860, section 5).
 * @param predicted `[B, K]` @param action `[B, K]`, both in [−1, 1]
 */
export function distanceLoss(predicted: tf.Tensor, action: tf.Tensor): tf.Tensor {
  return tf.mean(tf.squaredDifference(predicted, action));
}

// ---- agent ----

/**
 * Builds a behavioural cloning agent.
 * @throws SpaceError unless actions are whole numbers, or a `Box` of floats with finite bounds
 */
function create({ spec, config: given, seed, engine }: CreateOptions<BcConfig>): OfflineAgent<BcConfig> {
  const config = parseConfig(bcConfig, given, 'bc');
  const { network, greedy, loss, action, maskSize } = bcNetwork({ spec, config });
  const actor = trainable({ network, optimizer: adam(), name: 'actor', moments: 'adam' });
  const [initRng] = new Rng(seed).spawn(1);
  const store = new Store(engine, actor.vectors(initRng));

  const update = maskedProgram(maskSize, mask =>
    program(store, {
      name: 'bc.update',
      inputs: { obs: observationInput(spec.observationSpace), action, learningRate: [], ...mask },
      run: (state, { obs, action, learningRate, mask }) => {
        const fit = actor.descend(state, learningRate, policy => ({ loss: loss(policy(obs), action, mask) }));
        return { state: fit.next, metrics: { loss: fit.loss } };
      },
    }),
  );

  return batchAgent({
    ...{ algorithm: 'bc', config, spec, store, programs: [update] },
    acting: policyActing({ algorithm: 'bc', spec, network: greedy, store, vectors: ['actor'] }),
    schedules: { learningRate: config.learningRate },
    policy: { vectors: ['actor'] },
    learn: ({ actionMask: mask, ...batch }) => update.for(mask)({ ...batch, ...(mask && { mask }) }),
  });
}

/** Behavioural cloning, for discrete and continuous actions. */
export const bc: DatasetAlgorithm<BcConfig> = {
  id: 'bc',
  title: 'Behavioural cloning (BC)',
  paper:
    'Pomerleau 1991, "Efficient Training of Artificial Neural Networks for Autonomous Navigation", Neural Computation 3(1):88–97',
  ...datasetRegime,
  spaces: { actions: ['discrete', 'multiDiscrete', 'multiBinary', 'box'] },
  config: bcConfig,
  presets: { 'CartPole-v1': cartPole.bc, 'Hopper-v5': hopper.bc, 'Pendulum-v1': pendulum.bc },
  create,
  policy: options => bcNetwork(options).greedy,
};
