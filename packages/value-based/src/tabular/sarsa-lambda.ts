/**
 * SARSA(λ): SARSA whose TD error also goes to the state-action pairs visited before, by eligibility traces.
 *
 * Rummery & Niranjan (1994); replacing traces: Singh & Sutton (1996), "Reinforcement learning with replacing eligibility traces".
 *
 *   paper        here
 *   Q(S, A)      `table` [S, A]
 *   e(s, a)      one trace per pair and environment, 0 at the start of an episode
 *   λ, γ, α      lambda, gamma, learningRate
 *   visit        e(S, A) ← e(S, A) + 1 (`traces: accumulating`); e(S, A) ← 1 and e(S, a) ← 0 of all other a (`traces: replacing`)
 *   update       δ = R + γ Q(S′, A′) − Q(S, A);  Q ← Q + α δ e;  e ← γ λ e
 *
 * Deviations from the papers:
 * 1. A time limit is not the end of the task. It bootstraps from an action drawn for the last observation.
 * 2. Traces below 1e-8 are 0, so that a step costs no more in a long episode.
 */
import { field } from '@zpin/contracts';
import { type ConfigOf, configSchema } from '@zpin/core';
import { sarsaLambdaPresets } from '../presets/tabular.ts';
import { sampledValue } from './sarsa.ts';
import { tabularAlgorithm } from './tabular-algorithm.ts';
import { tabularFields } from './tabular-fields.ts';

// ---- configuration ----

export const sarsaLambdaConfig = configSchema({
  ...tabularFields,
  lambda: field.probability({ default: 0.9, meaning: 'decay of the traces per step, beside gamma; 0 is SARSA, 1 Monte Carlo' }),
  traces: field.choice(['accumulating', 'replacing'], {
    default: 'replacing',
    meaning: 'whether a visit adds 1 to a trace, or sets it to 1 and those of the other actions there to 0',
  }),
});

export type SarsaLambdaConfig = ConfigOf<typeof sarsaLambdaConfig>;

// ---- algorithm ----

/** SARSA(λ) on a table, for discrete observations and actions. */
export const sarsaLambda = tabularAlgorithm<SarsaLambdaConfig>({
  id: 'sarsa-lambda',
  title: 'SARSA(λ) with eligibility traces (table)',
  paper: 'Rummery & Niranjan 1994; Singh & Sutton 1996, "Reinforcement learning with replacing eligibility traces"',
  traces: ({ lambda, traces: kind }) => ({ lambda, kind }),
  nextValue: sampledValue,
  config: sarsaLambdaConfig,
  presets: sarsaLambdaPresets,
});
