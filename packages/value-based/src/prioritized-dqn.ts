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
import {
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type PolicyOptions,
  parseConfig,
  type ReplayAlgorithm,
} from '@zpin/core';
import { priorityFields } from '@zpin/replay';
import { valueUpdate } from './dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { prioritiesOf, qAgent, qRegime } from './q-learner/q-agent.ts';
import { doubleField, valueFields } from './q-learner/q-fields.ts';
import { greedyPolicy, qNetwork } from './q-learner/q-network.ts';

// ---- configuration ----

export const prioritizedDqnConfig = configSchema({
  ...valueFields,
  ...priorityFields,
  double: doubleField(true),
});

export type PrioritizedDqnConfig = ConfigOf<typeof prioritizedDqnConfig>;

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<PrioritizedDqnConfig>) =>
  qNetwork({ spec, config, algorithm: 'prioritized-dqn' });

/** Builds a DQN agent that wants prioritized replay. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<PrioritizedDqnConfig>) {
  const config = parseConfig(prioritizedDqnConfig, options.config, 'prioritized-dqn');
  const network = networkOf({ ...options, config });
  return qAgent(options, { algorithm: 'prioritized-dqn', config, network, isPrioritized: true, ...valueUpdate(config) });
}

/** DQN with prioritized replay, for discrete actions. */
export const prioritizedDqn: ReplayAlgorithm<PrioritizedDqnConfig> = {
  id: 'prioritized-dqn',
  title: 'DQN with prioritized experience replay',
  paper: 'Schaul et al. 2016, "Prioritized experience replay", arXiv:1511.05952',
  ...qRegime<PrioritizedDqnConfig>(prioritiesOf),
  config: prioritizedDqnConfig,
  presets: { 'CartPole-v1': cartPole.prioritizedDqn },
  create,
  policy: options => greedyPolicy(networkOf(options)),
};
