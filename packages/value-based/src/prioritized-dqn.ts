/**
 * DQN with prioritized experience replay: transitions that surprise are replayed more often.
 *
 * Schaul et al. (2016), "Prioritized experience replay", arXiv:1511.05952, algorithm 1 with proportional priorities.
 *
 *   paper        here
 *   δ            TD error, whose size is the priority: `error` of the loss
 *   α, β         priorityExponent; priorityWeight, which rises to 1 over the run
 *   clip, max    priorityClip and newPriority, beyond the paper: whether one large error stands for all that comes
 *   w            importance weights of a batch, `weight` [B]
 *   P(i), H      `PrioritizedReplay`
 *
 * Deviations from the paper: those of `dqn`, whose target and loss it uses. `double` is on, as in the paper.
 */
import { type ConfigOf, configSchema } from '@zpin/core';
import { prioritiesOf, priorityFields } from '@zpin/replay';
import { valueUpdate } from './dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { doubleField, valueFields } from './q-learner/q-fields.ts';

// ---- configuration ----

export const prioritizedDqnConfig = configSchema({
  ...valueFields,
  ...priorityFields,
  double: doubleField(true),
});

export type PrioritizedDqnConfig = ConfigOf<typeof prioritizedDqnConfig>;

// ---- algorithm ----

/** DQN with prioritized replay, for discrete actions. */
export const prioritizedDqn = qAlgorithm<PrioritizedDqnConfig>({
  id: 'prioritized-dqn',
  title: 'DQN with prioritized experience replay',
  paper: 'Schaul et al. 2016, "Prioritized experience replay", arXiv:1511.05952',
  update: valueUpdate,
  priorities: prioritiesOf,
  config: prioritizedDqnConfig,
  presets: { 'CartPole-v1': cartPole.prioritizedDqn },
});
