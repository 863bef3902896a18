/**
 * Dueling Double DQN: the dueling network, trained on the targets of Double DQN, as Wang et al. (2016) do in their experiments.
 *
 *   part                   file
 *   value and advantage    `dueling-dqn`
 *   target (double)        `double-dqn`
 */
import { type Algorithm, type CreateOptions, field, parseConfig } from '@zpin/core';
import { z } from 'zod';
import { valueUpdate } from './dqn.ts';
import { duelingDoubleDqnPresets } from './dqn-presets.ts';
import { type DuelingDqnConfig, duelingDqn, duelingDqnConfig } from './dueling-dqn.ts';
import { qAgent } from './q-agent.ts';
import { qNetwork } from './q-network.ts';

export const duelingDoubleDqnConfig = z.strictObject({
  ...duelingDqnConfig.shape,
  double: field(z.boolean(), { default: true, meaning: 'whether the online network chooses the next action of the target' }),
});

/** Builds a Dueling Double DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DuelingDqnConfig>) {
  const config = parseConfig(duelingDoubleDqnConfig, options.config, 'dueling-double-dqn');
  const network = qNetwork({ spec: options.spec, config, algorithm: 'dueling-double-dqn', isDueling: true });
  return qAgent(options, { algorithm: 'dueling-double-dqn', config, network, ...valueUpdate(config) });
}

/** Dueling Double DQN, for discrete actions. */
export const duelingDoubleDqn: Algorithm<DuelingDqnConfig> = {
  ...duelingDqn,
  id: 'dueling-double-dqn',
  title: 'Dueling Double DQN',
  config: duelingDoubleDqnConfig,
  presets: duelingDoubleDqnPresets,
  create,
};
