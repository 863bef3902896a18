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
 * 1. The streams' hidden layers are the two halves of the last one of `hiddenSizes`, where the paper makes each as wide as DQN's:
 *    the network costs no more than DQN's. The gradient that enters the shared layers is not scaled by 1/√2.
 * 2. Those of `dqn`, whose target and loss it uses. With `double` off it is the network alone; `dueling-double-dqn` is the agent
 *    of the paper.
 */
import { type ConfigOf, configSchema } from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { valueFields } from './q-learner/q-fields.ts';
import { qNetwork } from './q-learner/q-network.ts';

// ---- configuration ----

export const duelingDqnConfig = configSchema(valueFields);

export type DuelingDqnConfig = ConfigOf<typeof duelingDqnConfig>;

// ---- algorithm ----

/** Dueling DQN, for discrete actions. */
export const duelingDqn = qAlgorithm<DuelingDqnConfig>({
  id: 'dueling-dqn',
  title: 'Dueling DQN (streams of value and advantage)',
  paper: 'Wang et al. 2016, "Dueling network architectures for deep reinforcement learning", arXiv:1511.06581',
  network: options => qNetwork({ ...options, isDueling: true }),
  update: valueUpdate,
  config: duelingDqnConfig,
  presets: { 'CartPole-v1': cartPole.duelingDqn },
});
