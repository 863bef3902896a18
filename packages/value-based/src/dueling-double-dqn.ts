/**
 * Dueling Double DQN: the dueling network, trained on the targets of Double DQN, as Wang et al. (2016) do in their experiments.
 *
 *   part                   file
 *   value and advantage    `dueling-dqn`
 *   target (double)        `double-dqn`
 */
import { type CreateOptions, configSchema, parseConfig, type ReplayAlgorithm } from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { type DuelingDqnConfig, duelingDqn } from './dueling-dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { lunarLander } from './presets/lunar-lander.ts';
import { qAgent } from './q-learner/q-agent.ts';
import { doubleField, valueFields } from './q-learner/q-fields.ts';
import { qNetwork } from './q-learner/q-network.ts';

export const duelingDoubleDqnConfig = configSchema({
  ...valueFields,
  double: doubleField(true),
});

/** Builds a Dueling Double DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DuelingDqnConfig>) {
  const config = parseConfig(duelingDoubleDqnConfig, options.config, 'dueling-double-dqn');
  const network = qNetwork({ spec: options.spec, config, algorithm: 'dueling-double-dqn', isDueling: true });
  return qAgent(options, { algorithm: 'dueling-double-dqn', config, network, ...valueUpdate(config) });
}

/** Dueling Double DQN, for discrete actions. */
export const duelingDoubleDqn: ReplayAlgorithm<DuelingDqnConfig> = {
  ...duelingDqn,
  id: 'dueling-double-dqn',
  title: 'Dueling Double DQN',
  config: duelingDoubleDqnConfig,
  presets: { 'CartPole-v1': cartPole.duelingDoubleDqn, 'LunarLander-v3': lunarLander.duelingDoubleDqn },
  create,
};
