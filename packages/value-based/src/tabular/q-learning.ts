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
import { type ConfigOf, configSchema } from '@zpin/core';
import { qLearningPresets } from '../presets/tabular.ts';
import type { ActionTable } from './action-table.ts';
import type { Successor } from './tabular-agent.ts';
import { tabularAlgorithm } from './tabular-algorithm.ts';
import { tabularFields } from './tabular-fields.ts';

// ---- configuration ----

export const qLearningConfig = configSchema(tabularFields);

export type QLearningConfig = ConfigOf<typeof qLearningConfig>;

// ---- target ----

/** max_a Q(s′, a) over legal actions (Sutton & Barto 2018, equation 6.8). */
export function greedyValue(table: ActionTable, { state, mask }: Successor): number {
  return table.value(state, table.best(state, mask));
}

// ---- algorithm ----

/** Q-learning on a table, for discrete observations and actions. */
export const qLearning = tabularAlgorithm<QLearningConfig>({
  id: 'q-learning',
  title: 'Q-learning (table)',
  paper: 'Watkins 1989, "Learning from Delayed Rewards"; Sutton & Barto 2018, section 6.5',
  config: qLearningConfig,
  presets: qLearningPresets,
  nextValue: greedyValue,
});
