/**
 * SARSA: on-policy control of a table.
 *
 * Rummery & Niranjan (1994), "On-line Q-learning using connectionist systems"; Sutton & Barto (2018), section 6.4.
 *
 *   book         here
 *   Q(S, A)      `table` [S, A]
 *   A′           the action that is played next, ε-greedy in Q
 *   α, γ, ε      learningRate, gamma, epsilon
 *   update       Q(S, A) ← Q(S, A) + α (R + γ Q(S′, A′) − Q(S, A))
 *
 * Deviation from the book: a time limit is not the end of the task. It bootstraps from an action drawn for the last observation.
 */
import { type ConfigOf, configSchema } from '@zpin/core';
import { tabularPresets } from '../presets/tabular.ts';
import type { ActionTable } from './action-table.ts';
import type { Successor } from './tabular-agent.ts';
import { tabularAlgorithm } from './tabular-algorithm.ts';
import { tabularFields } from './tabular-fields.ts';

// ---- configuration ----

export const sarsaConfig = configSchema(tabularFields);

export type SarsaConfig = ConfigOf<typeof sarsaConfig>;

// ---- target ----

/** Q(s′, a′) of the action that is played next (Sutton & Barto 2018, equation 6.7). */
export function sampledValue(table: ActionTable, { state, action }: Successor): number {
  return table.value(state, action);
}

// ---- algorithm ----

/** SARSA on a table, for discrete observations and actions. */
export const sarsa = tabularAlgorithm<SarsaConfig>({
  id: 'sarsa',
  title: 'SARSA (table)',
  paper: 'Rummery & Niranjan 1994, "On-line Q-learning using connectionist systems"; Sutton & Barto 2018, section 6.4',
  config: sarsaConfig,
  presets: tabularPresets,
  nextValue: sampledValue,
});
