/**
 * Proximal Policy Optimization with a policy that remembers, for tasks whose observations do not tell everything.
 *
 * Schulman et al. (2017), "Proximal Policy Optimization Algorithms", arXiv:1707.06347; cells of Hochreiter & Schmidhuber (1997),
 * "Long Short-Term Memory", and Cho et al. (2014), arXiv:1406.1078 (GRU). The objective is that of `ppo.ts`, over sequences
 * instead of single steps.
 *
 *   here
 *   memory           what the cells remember: zeros where an episode begins, and never carried over its end
 *   sequenceLength   L: rollouts are cut into sequences of L steps, through which gradients flow back (truncated back-propagation
 *                    in time)
 *   start            1 where an episode begins, so that a sequence may hold the end of one and the beginning of the next
 *
 * Deviations from plain PPO, all of them common practice:
 * 1. A minibatch is made of whole sequences; each starts from the memory that the old policy had there.
 * 2. A step cut off by a time limit is continued with the value of its last observation, seen with the memory of its episode.
 */

import { field, type Recurrence, Rng } from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, parseConfig, type RolloutAlgorithm, unflattenParams } from '@zpin/core';
import { apartConfigSchema } from './actor-critic/fields.ts';
import { Normalizer } from './actor-critic/normalizer.ts';
import { recurrentActorCritic } from './actor-critic/recurrent-networks.ts';
import { rolloutAgent, rolloutRegime } from './actor-critic/rollout-agent.ts';
import { ppoFields, ppoLearner } from './ppo.ts';
import { recurrentPpoPresets } from './presets/recurrent-ppo.ts';
import { type Sequences, sequences } from './rollout/sequences.ts';

// ---- configuration ----

export const recurrentPpoConfig = apartConfigSchema({
  ...ppoFields({ rolloutLength: 2048 }),
  sequenceLength: field.count({
    default: 16,
    unit: 'environment steps',
    meaning: 'steps through which gradients flow back; divides rolloutLength and batchSize (L)',
  }),
  recurrentCell: field.choice(['lstm', 'gru'], { default: 'lstm', meaning: 'kind of the cells that remember' }),
  recurrentSize: field.count({ default: 64, meaning: 'units of each cell, which sits behind the hidden layers' }),
})
  .refine(({ rolloutLength, sequenceLength }) => rolloutLength % sequenceLength === 0, {
    error: 'rolloutLength must be a multiple of sequenceLength',
    path: ['rolloutLength'],
  })
  .refine(({ batchSize, sequenceLength }) => batchSize % sequenceLength === 0, {
    error: 'batchSize must be a multiple of sequenceLength',
    path: ['batchSize'],
  });

export type RecurrentPpoConfig = ConfigOf<typeof recurrentPpoConfig>;

// ---- agent ----

/**
 * Builds a PPO agent with a memory for `Discrete`, `MultiDiscrete` or `Box` actions.
 * @throws SpaceError for other action spaces
 */
function create({ spec, config: given, seed, engine }: CreateOptions<RecurrentPpoConfig>) {
  const algorithm = 'recurrent-ppo';
  const config = parseConfig(recurrentPpoConfig, given, algorithm);
  const [initRng, actionRng, shuffleRng] = new Rng(seed).spawn(3);
  const network = recurrentActorCritic(algorithm, spec, config);
  const { head, layout, memorySize } = network;
  const kept = keptTogether(config.sequenceLength, memorySize);
  return rolloutAgent({
    ...ppoLearner({ algorithm, spec, engine, config, network, head, initRng, shuffleRng, sequences: kept }),
    ...{ algorithm, spec, config, network, actionRng, normalizer: new Normalizer(algorithm, spec, config) },
    params: ({ parameters }) => unflattenParams(layout, parameters),
  });
}

/** Sequences of L steps of one environment, with what was remembered before each step. */
function keptTogether(length: number, memorySize: number): Sequences {
  return {
    length,
    inputs: { start: ['batch'], memory: ['batch', memorySize] },
    cut(columns, { numSteps, numEnvs, recurrence }) {
      const { start, memory } = recurrence as Recurrence;
      return sequences({ ...columns, start: Float32Array.from(start), memory }, numSteps, numEnvs, length);
    },
  };
}

/** Proximal Policy Optimization with a memory (LSTM or GRU), for discrete and continuous actions. */
export const recurrentPpo: RolloutAlgorithm<RecurrentPpoConfig> = {
  id: 'recurrent-ppo',
  title: 'Proximal Policy Optimization with memory',
  paper: 'Schulman et al. 2017, "Proximal Policy Optimization Algorithms", arXiv:1707.06347',
  ...rolloutRegime<RecurrentPpoConfig>(),
  config: recurrentPpoConfig,
  presets: recurrentPpoPresets,
  create,
};
