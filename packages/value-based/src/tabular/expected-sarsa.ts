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
import { type Algorithm, type CreateOptions, parseConfig } from '@zpin/core';
import { z } from 'zod';
import type { ActionTable } from './action-table.ts';
import { type Successor, tabularAgent, tabularFields, tabularPolicy } from './tabular-agent.ts';
import { tabularPresets } from './tabular-presets.ts';
import { trainTabular } from './train-tabular.ts';

// ---- configuration ----

export const expectedSarsaConfig = z.strictObject(tabularFields);

export type ExpectedSarsaConfig = z.output<typeof expectedSarsaConfig>;

// ---- target ----

/** Σ_a π(a | s′) Q(s′, a) over legal actions, where π is greedy with probability 1 − ε and uniform else. */
export function expectedValue(table: ActionTable, { state, mask, epsilon }: Successor): number {
  return (1 - epsilon) * table.value(state, table.best(state, mask)) + epsilon * table.mean(state, mask);
}

// ---- agent ----

/** Builds an Expected SARSA agent. @throws SpaceError unless observations and actions are `Discrete` */
function create(options: CreateOptions<ExpectedSarsaConfig>) {
  const config = parseConfig(expectedSarsaConfig, options.config, 'expected-sarsa');
  return tabularAgent(options, { algorithm: 'expected-sarsa', config, nextValue: expectedValue });
}

/** Expected SARSA on a table, for discrete observations and actions. */
export const expectedSarsa: Algorithm<ExpectedSarsaConfig> = {
  id: 'expected-sarsa',
  title: 'Expected SARSA (table)',
  paper: 'van Seijen et al. 2009, "A theoretical and empirical analysis of Expected Sarsa"; Sutton & Barto 2018, section 6.6',
  config: expectedSarsaConfig,
  presets: tabularPresets,
  create,
  policy: options => tabularPolicy(options, 'expected-sarsa'),
  train: trainTabular,
};
