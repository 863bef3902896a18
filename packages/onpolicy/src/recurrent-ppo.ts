/**
 * Proximal Policy Optimization with a policy that remembers, for tasks whose observations do not tell everything.
 *
 * Schulman et al. (2017), "Proximal Policy Optimization Algorithms", arXiv:1707.06347; cells of Hochreiter & Schmidhuber (1997), "Long
 * Short-Term Memory", and Cho et al. (2014), arXiv:1406.1078 (GRU). The objective is that of `ppo.ts`, over sequences instead of single steps.
 *
 *   here
 *   memory           what the cells remember: zeros where an episode begins, and never carried over its end
 *   sequenceLength   L: rollouts are cut into sequences of L steps, through which gradients flow back (truncated back-propagation in time)
 *   start            1 where an episode begins, so that a sequence may hold the end of one and the beginning of the next
 *
 * Deviations from plain PPO, all of them common practice:
 * 1. A minibatch is made of whole sequences; each starts from the memory that the old policy had there.
 * 2. A step cut off by a time limit is continued with the value of its last observation, seen with the memory of its episode.
 */

import * as tf from '@tensorflow/tfjs';
import { type Metrics, type OnPolicyAgent, type Recurrence, Rng, type Rollout, valueAt } from '@zpin/contracts';
import {
  type Algorithm,
  adam,
  type CreateOptions,
  clipByGlobalNorm,
  count,
  field,
  MeanMetrics,
  observationInput,
  parseConfig,
  program,
  Store,
  type TrainOptions,
  trainOnPolicy,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import { z } from 'zod';
import { advantages } from './advantages.ts';
import { explainedVariance } from './explained-variance.ts';
import { maskedProgram } from './masked-program.ts';
import { minibatches } from './minibatches.ts';
import { normalizeAdvantage } from './normalize-advantage.ts';
import { ppoConfig, ppoLoss } from './ppo.ts';
import { recurrentActorCritic } from './recurrent-actor-critic.ts';
import { recurrentAgent } from './recurrent-agent.ts';
import { recurrentPpoPresets } from './recurrent-ppo-presets.ts';
import { sequences } from './sequences.ts';

// ---- configuration ----

export const recurrentPpoConfig = ppoConfig
  .extend({
    sequenceLength: count({
      default: 16,
      unit: 'environment steps',
      meaning: 'steps through which gradients flow back; divides rolloutLength and batchSize (L)',
    }),
    recurrentCell: field(z.enum(['lstm', 'gru']), { default: 'lstm', meaning: 'kind of the cells that remember' }),
    recurrentSize: count({ default: 64, meaning: 'units of each cell, which sits behind the hidden layers' }),
  })
  .refine(({ rolloutLength, sequenceLength }) => rolloutLength % sequenceLength === 0, {
    error: 'rolloutLength must be a multiple of sequenceLength',
    path: ['rolloutLength'],
  })
  .refine(({ batchSize, sequenceLength }) => batchSize % sequenceLength === 0, {
    error: 'batchSize must be a multiple of sequenceLength',
    path: ['batchSize'],
  });

export type RecurrentPpoConfig = z.output<typeof recurrentPpoConfig>;

// ---- agent ----

/** Builds a PPO agent with a memory for `Discrete`, `MultiDiscrete` or `Box` actions. @throws SpaceError for other action spaces */
function create({ spec, config: given, seed, engine }: CreateOptions<RecurrentPpoConfig>): OnPolicyAgent<RecurrentPpoConfig> {
  const config = parseConfig(recurrentPpoConfig, given ?? {}, 'recurrent-ppo');
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = recurrentActorCritic('recurrent-ppo', spec, config);
  const { head, layout, memorySize } = network;
  const { sequenceLength } = config;
  const optimizer = adam({ epsilon: config.adamEpsilon });
  const store = new Store(engine, { parameters: network.init(initRng), adam: optimizer.init(layout.size) });

  // B = S·L rows: the L steps of each of S sequences, one behind the other.
  const updateProgram = maskedProgram(head, mask =>
    program(store, {
      name: 'recurrent-ppo.update',
      inputs: {
        obs: observationInput(spec.observationSpace),
        start: ['batch'],
        memory: ['batch', memorySize],
        action: head.action,
        oldLogProb: ['batch'],
        oldValue: ['batch'],
        advantage: ['batch'],
        valueTarget: ['batch'],
        learningRate: [],
        clipRange: [],
        ...mask,
      },
      run: ({ parameters, adam: moments }, batch) => {
        const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
        const memory = firstOfEach(batch.memory, sequenceLength);
        const {
          loss: _,
          gradient,
          ...metrics
        } = valueAndGrad(layout, params => {
          const { distribution, value } = network.unroll(params, batch.obs, batch.start, memory, batch.mask);
          return ppoLoss({ distribution, value, ...batch, advantage }, config);
        })(parameters);
        const { gradient: clipped, norm } = clipByGlobalNorm(gradient, config.maxGradientNorm);
        const next = optimizer.step({ parameters, gradient: clipped, state: moments, learningRate: batch.learningRate });
        return { state: { parameters: next.parameters, adam: next.state }, metrics: { ...metrics, gradientNorm: norm } };
      },
    }),
  );

  const estimate = advantages(config.gamma, config.lambda);
  const learningRate = new Float32Array(1);
  const clipRange = new Float32Array(1);

  async function update(rollout: Rollout, progress: number): Promise<Metrics> {
    const { advantage, valueTarget } = estimate(rollout);
    learningRate[0] = valueAt(config.learningRate, progress);
    clipRange[0] = valueAt(config.clipRange, progress);
    const { numSteps, numEnvs, obs, action, logProb: oldLogProb, value: oldValue, actionMask } = rollout;
    const { start, memory } = rollout.recurrence as Recurrence;
    const steps = {
      ...{ obs, start: Float32Array.from(start), memory, action, oldLogProb, oldValue, advantage, valueTarget },
      ...(actionMask && { mask: actionMask }),
    };
    const columns = sequences(steps, numSteps, numEnvs, sequenceLength);
    const count = advantage.length / sequenceLength;
    const learn = updateProgram.for(actionMask);
    const metrics = new MeanMetrics();
    epochs: for (let epoch = 0; epoch < config.epochs; epoch++) {
      for (const batch of minibatches(columns, count, config.batchSize / sequenceLength, shuffleRng)) {
        const values = await (await learn({ ...batch, learningRate, clipRange })).metrics.read();
        metrics.add(values);
        if (config.targetKl !== null && values.approxKl > 1.5 * config.targetKl) break epochs;
      }
    }
    metrics.add({ explainedVariance: explainedVariance(oldValue, valueTarget), learningRate: learningRate[0] });
    return metrics;
  }

  return recurrentAgent({
    algorithm: 'recurrent-ppo',
    spec,
    config,
    network,
    store,
    params: ({ parameters }) => unflattenParams(layout, parameters),
    actionRng,
    generators: { shuffleRng },
    programs: [updateProgram],
    update,
  });
}

/** Rows 0, L, 2 L, … of `[S·L, M]`: `[S, M]`. */
function firstOfEach(rows: tf.Tensor, length: number): tf.Tensor {
  const [count, width] = rows.shape as [number, number];
  const sequences = tf.reshape(rows, [count / length, length, width]);
  return tf.reshape(tf.slice(sequences, [0, 0, 0], [count / length, 1, width]), [count / length, width]);
}

/** Proximal Policy Optimization with a memory (LSTM or GRU), for discrete and continuous actions. */
export const recurrentPpo: Algorithm<RecurrentPpoConfig> = {
  id: 'recurrent-ppo',
  title: 'Proximal Policy Optimization with memory',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  config: recurrentPpoConfig,
  presets: recurrentPpoPresets,
  create,
  train: options => trainOnPolicy(options as TrainOptions<OnPolicyAgent<RecurrentPpoConfig>>),
};
