/**
 * DQN with prioritized experience replay: transitions that surprise are replayed more often.
 *
 * Schaul et al. (2016), "Prioritized experience replay", arXiv:1511.05952, algorithm 1 with proportional priorities.
 *
 *   paper        here
 *   δ            TD error, whose size is the priority: `error` of the loss
 *   α, β         priorityExponent; priorityWeight, which rises to 1 over the run
 *   w            importance weights of a batch, `weight` [B]
 *   P(i), H      `PrioritizedReplay`
 *
 * Deviations from the paper: those of `dqn`, whose target and loss it uses. `double` is on, as in the paper.
 */
import { type Algorithm, type CreateOptions, field, type PolicyOptions, parseConfig } from '@zpin/core';
import { z } from 'zod';
import { valueUpdate } from './dqn.ts';
import { prioritizedDqnPresets } from './dqn-presets.ts';
import { qAgent, trainQAgent } from './q-agent.ts';
import { priorityFields, valueFields } from './q-config.ts';
import { greedyPolicy, qNetwork } from './q-network.ts';

// ---- configuration ----

export const prioritizedDqnConfig = z.strictObject({
  ...valueFields,
  ...priorityFields,
  double: field(z.boolean(), { default: true, meaning: 'whether the online network chooses the next action of the target' }),
});

export type PrioritizedDqnConfig = z.output<typeof prioritizedDqnConfig>;

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<PrioritizedDqnConfig>) =>
  qNetwork({ spec, config, algorithm: 'prioritized-dqn' });

/** Builds a DQN agent that wants prioritized replay. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<PrioritizedDqnConfig>) {
  const config = parseConfig(prioritizedDqnConfig, options.config, 'prioritized-dqn');
  const network = networkOf({ ...options, config });
  return qAgent(options, { algorithm: 'prioritized-dqn', config, network, ...valueUpdate(config) });
}

/** DQN with prioritized replay, for discrete actions. */
export const prioritizedDqn: Algorithm<PrioritizedDqnConfig> = {
  id: 'prioritized-dqn',
  title: 'DQN with prioritized experience replay',
  paper: 'Schaul et al. 2016, "Prioritized experience replay", arXiv:1511.05952',
  config: prioritizedDqnConfig,
  presets: prioritizedDqnPresets,
  create,
  policy: options => greedyPolicy(networkOf(options)),
  train: trainQAgent,
};
