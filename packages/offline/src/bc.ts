/**
 * Behavioural cloning: supervised learning of what the data do.
 *
 * Pomerleau (1991), "Efficient Training of Artificial Neural Networks for Autonomous Navigation", Neural Computation 3(1); what every offline
 * method is compared with.
 *
 * Discrete actions: maximum likelihood, −log π(a|s). Continuous ones: the squared distance of a = tanh(network(s)) from the data's action, the
 * form that the papers of BCQ and of TD3+BC compare with. It plays the mean of what it saw, which is none of it where the data are of two minds.
 */

import * as tf from '@tensorflow/tfjs';
import { flatSize, type OfflineAgent, Rng } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  Categorical,
  type CreateOptions,
  type InputShape,
  int32,
  observationInput,
  observationNetwork,
  type Params,
  type PolicyNetwork,
  type PolicyOptions,
  parseConfig,
  program,
  Store,
  uint8,
  valueAndGrad,
} from '@zpin/core';
import { deterministicActor } from '@zpin/offpolicy';
import { maskQ } from '@zpin/value-based';
import { z } from 'zod';
import { requireBox } from './action-kind.ts';
import { greedyActing } from './greedy-acting.ts';
import { offlineAgent } from './offline-agent.ts';
import { learningFields } from './offline-fields.ts';
import { bcPresets } from './offline-presets.ts';
import { trainOnDataset } from './train-on-dataset.ts';

// ---- configuration ----

export const bcConfig = z.strictObject(learningFields);

export type BcConfig = z.output<typeof bcConfig>;

// ---- losses ----

/** −mean log π(a|s): scalar. @param logits `[B, A]` @param action `[B]` @param mask `[B, A]`, 1 = legal; all when omitted */
export function likelihoodLoss(logits: tf.Tensor, action: tf.Tensor, mask?: tf.Tensor): tf.Tensor {
  return tf.neg(tf.mean(new Categorical(logits, mask).logProb(action)));
}

/** mean ‖π(s) − a‖² / K: scalar. @param predicted `[B, K]` @param action `[B, K]`, both in [−1, 1] */
export function distanceLoss(predicted: tf.Tensor, action: tf.Tensor): tf.Tensor {
  return tf.mean(tf.squaredDifference(predicted, action));
}

// ---- networks ----

interface Clone {
  readonly greedy: PolicyNetwork;
  init(rng: Rng): Float32Array;
  /** Scalar. @param action `[B]` or `[B, K]` as in the data */
  loss(params: Params, obs: tf.Tensor, action: tf.Tensor, mask?: tf.Tensor): tf.Tensor;
}

/** The policy and its loss. @throws SpaceError unless actions are `Discrete`, or a `Box` of floats with finite bounds */
export function bcNetwork({ spec, config }: PolicyOptions<BcConfig>): Clone {
  if (spec.actionSpace.type === 'discrete') {
    const { hiddenSizes, activation } = config;
    const options = { hiddenSizes, activation, outputSize: spec.actionSpace.n, initialization: 'fan-in' } as const;
    const { layout, init, apply } = observationNetwork(spec.observationSpace, options);
    return {
      init,
      loss: (params, obs, action, mask) => likelihoodLoss(apply(params, obs), action, mask),
      greedy: { layout, act: (params, obs, mask) => tf.argMax(maskQ(apply(params, obs), mask), 1) },
    };
  }
  requireBox('bc', spec);
  const { init, apply, box, greedy } = deterministicActor('bc', spec, config);
  return { init, loss: (params, obs, action) => distanceLoss(apply(params, obs), box.toUnit(action)), greedy };
}

// ---- agent ----

/** Builds a behavioural cloning agent. @throws SpaceError unless actions are `Discrete`, or a `Box` of floats with finite bounds */
function create({ spec, config: given, seed, engine }: CreateOptions<BcConfig>): OfflineAgent<BcConfig> {
  const config = parseConfig(bcConfig, given, 'bc');
  const { greedy, init, loss } = bcNetwork({ spec, config });
  const optimizer = adam();
  const store = new Store(engine, { actor: init(new Rng(seed)), adam: optimizer.init(greedy.layout.size) });
  const { actionSpace, observationSpace } = spec;
  const isDiscrete = actionSpace.type === 'discrete';

  const makeUpdate = (mask: { mask?: InputShape }) =>
    program(store, {
      name: 'bc.update',
      inputs: {
        obs: observationInput(observationSpace),
        action: isDiscrete ? int32(['batch']) : ['batch', flatSize(actionSpace)],
        learningRate: [],
        ...mask,
      },
      run: (state, { obs, action, learningRate, mask }) => {
        const cloned = valueAndGrad(greedy.layout, params => ({ loss: loss(params, obs, action, mask) }))(state.actor);
        const next = optimizer.step({ parameters: state.actor, gradient: cloned.gradient, state: state.adam, learningRate });
        return { state: { actor: next.parameters, adam: next.state }, metrics: { loss: cloned.loss } };
      },
    });
  const plain = makeUpdate({});
  const masked = makeUpdate({ mask: uint8(['batch', isDiscrete ? actionSpace.n : 1]) });

  return offlineAgent({
    algorithm: 'bc',
    config,
    spec,
    store,
    acting: greedyActing({ algorithm: 'bc', spec, network: greedy, store, vectors: ['actor'] }),
    learn: ({ obs, action, actionMask: mask }, learningRate) =>
      mask ? masked({ obs, action, learningRate, mask }) : plain({ obs, action, learningRate }),
    policyVectors: ['actor'],
    programs: [plain, masked],
  });
}

/** Behavioural cloning, for discrete and continuous actions. */
export const bc: Algorithm<BcConfig> = {
  id: 'bc',
  title: 'Behavioural cloning (BC)',
  paper:
    'Pomerleau 1991, "Efficient Training of Artificial Neural Networks for Autonomous Navigation", Neural Computation 3(1):88–97',
  config: bcConfig,
  isOffline: true,
  presets: bcPresets,
  create,
  policy: options => bcNetwork(options).greedy,
  train: trainOnDataset,
};
