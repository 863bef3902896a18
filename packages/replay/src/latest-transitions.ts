import type { AgentState, ReplayBuffer, TransitionBatch, TransitionRows } from '@zpin/contracts';
import { TransitionTable, type TransitionTableOptions } from './transition-table.ts';

/**
 * No memory at all: gives the transitions of the last step, one per environment, for methods that learn from each as it comes.
 */
export class LatestTransitions implements ReplayBuffer {
  readonly #table: TransitionTable;

  /** @param options `capacity` is the number of environments @throws InputError when a setting is out of range */
  constructor(options: TransitionTableOptions) {
    this.#table = new TransitionTable('LatestTransitions', options);
  }

  get size(): number {
    return this.#table.size;
  }

  /** @throws InputError when an array does not hold one row per reward */
  add(rows: TransitionRows): void {
    this.#table.add(rows);
  }

  /**
   * All that there is, in the order of the environments, whatever size is asked for.
   * @throws InputError when nothing is stored yet
   */
  sample(): TransitionBatch {
    const batch = this.#table.open(Math.max(1, this.size));
    for (let i = 0; i < batch.size; i++) batch.index[i] = i;
    this.#table.fill(batch);
    return batch;
  }

  state(): AgentState {
    return this.#table.state();
  }

  restore(state: AgentState): void {
    this.#table.restore(state);
  }
}
