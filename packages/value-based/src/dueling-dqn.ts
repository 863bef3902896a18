/**
 * Dueling network: one stream for the value of the state, one for the advantages of its actions.
 *
 * Wang et al. (2016), "Dueling network architectures for deep reinforcement learning", arXiv:1511.06581.
 *
 *   paper        here
 *   V(s)         `value` [B, 1]
 *   A(s, a)      `advantage` [B, A]
 *   Q (eq. 9)    V + A − mean A: `duelingQ`
 *
 * Deviations from the paper:
 * 1. The streams' hidden layers are the two halves of the last one of `hiddenSizes`, where the paper makes each as wide as DQN's: the network
 *    costs no more than DQN's. The gradient that enters the shared layers is not scaled by 1/√2.
 * 2. Those of `dqn`, whose target and loss it uses. With `double` off it is the network alone; `dueling-double-dqn` is the agent of the paper.
 */
import {
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type PolicyOptions,
  parseConfig,
  type ReplayAlgorithm,
} from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { qAgent, qRegime } from './q-learner/q-agent.ts';
import { valueFields } from './q-learner/q-fields.ts';
import { greedyPolicy, qNetwork } from './q-learner/q-network.ts';

// ---- configuration ----

export const duelingDqnConfig = configSchema(valueFields);

export type DuelingDqnConfig = ConfigOf<typeof duelingDqnConfig>;

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<DuelingDqnConfig>) =>
  qNetwork({ spec, config, algorithm: 'dueling-dqn', isDueling: true });

/** Builds a dueling DQN agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<DuelingDqnConfig>) {
  const config = parseConfig(duelingDqnConfig, options.config, 'dueling-dqn');
  const network = networkOf({ ...options, config });
  return qAgent(options, { algorithm: 'dueling-dqn', config, network, ...valueUpdate(config) });
}

/** Dueling DQN, for discrete actions. */
export const duelingDqn: ReplayAlgorithm<DuelingDqnConfig> = {
  id: 'dueling-dqn',
  title: 'Dueling DQN (streams of value and advantage)',
  paper: 'Wang et al. 2016, "Dueling network architectures for deep reinforcement learning", arXiv:1511.06581',
  ...qRegime<DuelingDqnConfig>(),
  config: duelingDqnConfig,
  presets: { 'CartPole-v1': cartPole.duelingDqn },
  create,
  policy: options => greedyPolicy(networkOf(options)),
};
