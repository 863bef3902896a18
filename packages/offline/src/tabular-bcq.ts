/**
 * Batch-constrained Q-learning on a table: only pairs of state and action that the data have are ever compared.
 *
 * Fujimoto, Meger, Precup (2019), "Off-Policy Deep Reinforcement Learning without Exploration", arXiv:1812.02900, section 4.1.
 *
 *   paper               here
 *   Q(s, a)             `table` [S, A]
 *   (s, a) ∈ B          `seen` [S, A], 1 where a batch had the pair
 *   α, γ                learningRate, gamma
 *   update (eq. 10)     Q(s, a) ← (1 − α) Q(s, a) + α (r + γ max_{a′: (s′, a′) ∈ B} Q(s′, a′))
 *   π(s)   (eq. 11)     argmax_{a: (s, a) ∈ B} Q(s, a)
 *
 * Deviations from the paper:
 * 1. A pair counts as one of the data once it was drawn: with as many draws as there are data, nearly all are.
 * 2. A state that follows, but of which the data have no action, is worth `initialValue`.
 * 3. A time limit is not the end of the task: it bootstraps (`discount` is 0 only after a termination).
 */

import {
  type AgentState,
  CheckpointError,
  field,
  message,
  type OfflineAgent,
  shareDone,
  type TransitionBatch,
  valueAt,
} from '@zpin/contracts';
import { type ConfigOf, type CreateOptions, configSchema, type DatasetAlgorithm, maskCheck, parseConfig } from '@zpin/core';
import { ActionTable, type TabularSizes, tabularPolicy, tabularSizes } from '@zpin/value-based';
import { requireDiscrete } from './acting/action-kind.ts';
import { datasetRegime } from './learning/dataset-regime.ts';
import { batchFields, valueFields } from './learning/learning-fields.ts';

// ---- configuration ----

export const tabularBcqConfig = configSchema({
  batchSize: batchFields.batchSize,
  learningRate: field.scheduled({
    min: 0,
    max: 1,
    default: 0.1,
    meaning: 'share of the TD error that goes into the table (alpha)',
  }),
  gamma: valueFields.gamma,
  nSteps: valueFields.nSteps,
  initialValue: field.number({ default: 0, meaning: 'first value of every action, and value of states without data' }),
});

export type TabularBcqConfig = ConfigOf<typeof tabularBcqConfig>;

// ---- table ----

/** What an action loses that the data do not have: more than any value, and less than an illegal one. */
const UNSEEN = 1e6;

/** Values of a table, and which of its pairs the data have. */
class ConstrainedTable extends ActionTable {
  /** `[S, A]` */
  readonly seen: Uint8Array;

  constructor(numStates: number, numActions: number, initialValue: number) {
    super(numStates, numActions, initialValue);
    this.seen = new Uint8Array(numStates * numActions);
  }

  /** max_{a: (s, a) ∈ B} Q(s, a) over legal actions; null where there is none. @param mask `[A]`, 1 = legal; all when omitted */
  largest(state: number, mask?: Uint8Array): number | null {
    let largest: number | null = null;
    for (let action = 0; action < this.numActions; action++) {
      if (this.seen[state * this.numActions + action] === 0 || mask?.[action] === 0) continue;
      const value = this.value(state, action);
      if (largest === null || value > largest) largest = value;
    }
    return largest;
  }

  /** `[S, A]`: a table in which to be greedy is the policy (eq. 11), values of what the data do not have lying far below. */
  constrained(): Float32Array {
    return this.values.map((value, pair) => (this.seen[pair] === 1 ? value : value - UNSEEN));
  }

  /**
   * Takes a batch in: first its pairs, then each row's step towards its target (eq. 10).
   * @returns mean absolute TD error
   */
  learn(batch: TransitionBatch, { firstState, firstAction }: TabularSizes, options: { rate: number; unknown: number }): number {
    const { size, obs, action, reward, nextObs, discount, nextActionMask } = batch;
    const { numActions, seen, values } = this;
    const pairOf = (row: number) => (obs[row] - firstState) * numActions + action[row] - firstAction;
    for (let row = 0; row < size; row++) seen[pairOf(row)] = 1;
    let sum = 0;
    for (let row = 0; row < size; row++) {
      const mask = nextActionMask?.subarray(row * numActions, (row + 1) * numActions);
      const next = discount[row] === 0 ? 0 : (this.largest(nextObs[row] - firstState, mask) ?? options.unknown);
      const error = reward[row] + discount[row] * next - values[pairOf(row)];
      values[pairOf(row)] += options.rate * error;
      sum += Math.abs(error);
    }
    return sum / size;
  }
}

// ---- agent ----

/** Builds the agent. @throws SpaceError unless observations and actions are `Discrete` */
function create({ spec, config: given }: CreateOptions<TabularBcqConfig>): OfflineAgent<TabularBcqConfig> {
  const algorithm = 'tabular-bcq';
  requireDiscrete(algorithm, spec);
  const config = parseConfig(tabularBcqConfig, given, algorithm);
  const sizes = tabularSizes(spec, algorithm);
  const { numActions, firstState, firstAction } = sizes;
  const table = new ConstrainedTable(sizes.numStates, numActions, config.initialValue);
  const checkMask = maskCheck(algorithm, spec);
  // Settings are plain JSON values.
  const { learningRate, ...numbers } = config;
  const plainConfig = { ...numbers, learningRate: typeof learningRate === 'number' ? learningRate : { ...learningRate } };
  /** The table to be greedy in; null where it must be made anew. */
  let greedy: ActionTable | null = null;

  return {
    algorithm,
    config,
    spec,
    batchSize: config.batchSize,

    act(obs, _mode, mask) {
      checkMask(obs, mask);
      if (!greedy) {
        greedy = new ActionTable(table.numStates, numActions, 0);
        greedy.values.set(table.constrained());
      }
      const best = greedy;
      return Int32Array.from(obs, (state, i) => {
        return firstAction + best.best(state - firstState, mask?.subarray(i * numActions, (i + 1) * numActions));
      });
    },

    update(batch, progress) {
      greedy = null;
      const rate = valueAt(config.learningRate, shareDone(progress));
      const tdError = table.learn(batch, sizes, { rate, unknown: config.initialValue });
      const metrics = { tdError, seenPairs: table.seen.reduce((sum, flag) => sum + flag, 0), learningRate: rate };
      return { metrics: { names: Object.keys(metrics), read: () => metrics } };
    },

    state: (): AgentState => ({ vectors: { table: table.values.slice() }, seen: table.seen.slice() }),

    restore({ vectors, seen }) {
      const { table: values } = (vectors ?? {}) as Partial<Record<'table', unknown>>;
      const isTable = values instanceof Float32Array && values.length === table.values.length;
      if (!isTable || !(seen instanceof Uint8Array) || seen.length !== table.seen.length) {
        const expectation = `the table must have ${table.values.length} values, and as many flags`;
        const remedy = 'Resume with the environment of the run';
        throw new CheckpointError(message(`${algorithm}.restore`, expectation, isTable ? seen : values, remedy));
      }
      table.values.set(values);
      table.seen.set(seen);
      greedy = null;
    },

    policy: () => ({ algorithm, config: plainConfig, spec, weights: table.constrained() }),

    dispose() {},
  };
}

/** Batch-constrained Q-learning from a data set, for discrete observations and actions. */
export const tabularBcq: DatasetAlgorithm<TabularBcqConfig> = {
  id: 'tabular-bcq',
  title: 'Batch-constrained Q-learning (table)',
  paper: 'Fujimoto et al. 2019, "Off-Policy Deep Reinforcement Learning without Exploration", arXiv:1812.02900',
  ...datasetRegime,
  spaces: { actions: ['discrete'], observations: ['discrete'] },
  config: tabularBcqConfig,
  presets: {},
  create,
  policy: options => tabularPolicy(options, 'tabular-bcq'),
};
