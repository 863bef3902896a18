/**
 * Expected SARSA: control of a table without the noise of the next action.
 *
 * Van Seijen et al. (2009), "A theoretical and empirical analysis of Expected Sarsa"; Sutton & Barto (2018), section 6.6.
 *
 *   book         here
 *   Q(S, A)      `table` [S, A]
 *   π            ε-greedy in Q: the policy that explores
 *   α, γ, ε      learningRate, gamma, epsilon
 *   update       Q(S, A) ← Q(S, A) + α (R + γ Σ_a π(a | S′) Q(S′, a) − Q(S, A))
 *
 * Deviations from the book:
 * 1. The next action is chosen before the update, so that all tabular algorithms share one loop.
 * 2. A time limit is not the end of the task: it bootstraps.
 */
import { type ConfigOf, configSchema } from '@zpin/core';
import { tabularPresets } from '../presets/tabular.ts';
import type { ActionTable } from './action-table.ts';
import type { Successor } from './tabular-agent.ts';
import { tabularAlgorithm } from './tabular-algorithm.ts';
import { tabularFields } from './tabular-fields.ts';

// ---- configuration ----

export const expectedSarsaConfig = configSchema(tabularFields);

export type ExpectedSarsaConfig = ConfigOf<typeof expectedSarsaConfig>;

// ---- target ----

/**
 * Σ_a π(a | s′) Q(s′, a) over legal actions, where π is greedy with probability 1 − ε and uniform else (Sutton & Barto 2018,
 * equation 6.9).
 */
export function expectedValue(table: ActionTable, { state, mask, epsilon }: Successor): number {
  return (1 - epsilon) * table.value(state, table.best(state, mask)) + epsilon * table.mean(state, mask);
}

// ---- algorithm ----

/** Expected SARSA on a table, for discrete observations and actions. */
export const expectedSarsa = tabularAlgorithm<ExpectedSarsaConfig>({
  id: 'expected-sarsa',
  title: 'Expected SARSA (table)',
  paper: 'van Seijen et al. 2009, "A theoretical and empirical analysis of Expected Sarsa"; Sutton & Barto 2018, section 6.6',
  config: expectedSarsaConfig,
  presets: tabularPresets,
  nextValue: expectedValue,
});
