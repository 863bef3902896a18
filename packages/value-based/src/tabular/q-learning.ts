/**
 * Q-learning: off-policy control of a table.
 *
 * Watkins (1989), "Learning from Delayed Rewards"; Sutton & Barto (2018), section 6.5.
 *
 *   book         here
 *   Q(S, A)      `table` [S, A]
 *   α, γ, ε      learningRate, gamma, epsilon
 *   update       Q(S, A) ← Q(S, A) + α (R + γ max_a Q(S′, a) − Q(S, A))
 *
 * Deviations from the book:
 * 1. The next action is chosen before the update, so that all tabular algorithms share one loop.
 * 2. A time limit is not the end of the task: it bootstraps.
 */
import { type Algorithm, type CreateOptions, parseConfig } from '@zpin/core';
import { z } from 'zod';
import type { ActionTable } from './action-table.ts';
import { type Successor, tabularAgent, tabularFields, tabularPolicy } from './tabular-agent.ts';
import { tabularPresets } from './tabular-presets.ts';
import { trainTabular } from './train-tabular.ts';

// ---- configuration ----

export const qLearningConfig = z.strictObject(tabularFields);

export type QLearningConfig = z.output<typeof qLearningConfig>;

// ---- target ----

/** max_a Q(s′, a) over legal actions. */
export function greedyValue(table: ActionTable, { state, mask }: Successor): number {
  return table.value(state, table.best(state, mask));
}

// ---- agent ----

/** Builds a Q-learning agent. @throws SpaceError unless observations and actions are `Discrete` */
function create(options: CreateOptions<QLearningConfig>) {
  const config = parseConfig(qLearningConfig, options.config, 'q-learning');
  return tabularAgent(options, { algorithm: 'q-learning', config, nextValue: greedyValue });
}

/** Q-learning on a table, for discrete observations and actions. */
export const qLearning: Algorithm<QLearningConfig> = {
  id: 'q-learning',
  title: 'Q-learning (table)',
  paper: 'Watkins 1989, "Learning from Delayed Rewards"; Sutton & Barto 2018, section 6.5',
  config: qLearningConfig,
  presets: tabularPresets,
  create,
  policy: options => tabularPolicy(options, 'q-learning'),
  train: trainTabular,
};
