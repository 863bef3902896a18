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
import { type ConfigOf, type CreateOptions, configSchema, parseConfig, type StepAlgorithm } from '@zpin/core';
import { tabularPresets } from '../presets/tabular.ts';
import type { ActionTable } from './action-table.ts';
import { type Successor, type TabularAgent, tabularAgent, tabularPolicy } from './tabular-agent.ts';
import { tabularFields } from './tabular-fields.ts';
import { tabularRegime } from './tabular-regime.ts';

// ---- configuration ----

export const sarsaConfig = configSchema(tabularFields);

export type SarsaConfig = ConfigOf<typeof sarsaConfig>;

// ---- target ----

/** Q(s′, a′) of the action that is played next (Sutton & Barto 2018, equation 6.7). */
export function sampledValue(table: ActionTable, { state, action }: Successor): number {
  return table.value(state, action);
}

// ---- agent ----

/** Builds a SARSA agent. @throws SpaceError unless observations and actions are `Discrete` */
function create(options: CreateOptions<SarsaConfig>) {
  const config = parseConfig(sarsaConfig, options.config, 'sarsa');
  return tabularAgent(options, { algorithm: 'sarsa', config, nextValue: sampledValue });
}

/** SARSA on a table, for discrete observations and actions. */
export const sarsa: StepAlgorithm<SarsaConfig, TabularAgent<SarsaConfig>> = {
  id: 'sarsa',
  title: 'SARSA (table)',
  paper: 'Rummery & Niranjan 1994, "On-line Q-learning using connectionist systems"; Sutton & Barto 2018, section 6.4',
  ...tabularRegime,
  config: sarsaConfig,
  presets: tabularPresets,
  create,
  policy: options => tabularPolicy(options, 'sarsa'),
};
