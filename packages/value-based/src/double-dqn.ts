/**
 * Double DQN: the online network chooses the next action, the target network values it, so that noise is not taken for value.
 *
 * Van Hasselt, Guez & Silver (2016), "Deep reinforcement learning with double Q-learning", arXiv:1509.06461.
 *
 *   paper        here
 *   θ, θ⁻        `online`, `target`
 *   Y (eq. 4)    target = reward + discount · Q̂(nextObs, argmax_a Q(nextObs, a))
 *
 * DQN with `double` on; its file has the target, its deviations, and all else.
 */
import { type Algorithm, type CreateOptions, field, type PolicyOptions, parseConfig } from '@zpin/core';
import { z } from 'zod';
import { valueUpdate } from './dqn.ts';
import { doubleDqnPresets } from './dqn-presets.ts';
import { qAgent, trainQAgent } from './q-agent.ts';
import { valueFields } from './q-config.ts';
import { greedyPolicy, qNetwork } from './q-network.ts';

// ---- configuration ----

export const doubleDqnConfig = z.strictObject({
  ...valueFields,
  double: field(z.boolean(), { default: true, meaning: 'whether the online network chooses the next action of the target' }),
});

export type DoubleDqnConfig = z.output<typeof doubleDqnConfig>;

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<DoubleDqnConfig>) => qNetwork({ spec, config, algorithm: 'double-dqn' });

/** Builds a Double DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DoubleDqnConfig>) {
  const config = parseConfig(doubleDqnConfig, options.config, 'double-dqn');
  const network = networkOf({ ...options, config });
  return qAgent(options, { algorithm: 'double-dqn', config, network, ...valueUpdate(config) });
}

/** Double DQN, for discrete actions. */
export const doubleDqn: Algorithm<DoubleDqnConfig> = {
  id: 'double-dqn',
  title: 'Double DQN',
  paper: 'van Hasselt et al. 2016, "Deep reinforcement learning with double Q-learning", arXiv:1509.06461',
  config: doubleDqnConfig,
  presets: doubleDqnPresets,
  create,
  policy: options => greedyPolicy(networkOf(options)),
  train: trainQAgent,
};
