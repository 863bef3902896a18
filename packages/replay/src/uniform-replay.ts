import type { AgentState, ReplayBuffer, Rng, TransitionRows } from '@zpin/contracts';
import { type StoredBatch, TransitionTable, type TransitionTableOptions } from './transition-table.ts';

export type UniformReplayOptions = TransitionTableOptions;

/** Experience replay (Lin 1992; Mnih et al. 2015): keeps the last transitions and draws batches uniformly, with replacement. */
export class UniformReplay implements ReplayBuffer {
  readonly #table: TransitionTable;

  /** @throws InputError when a setting is out of range, or a mask is asked for without `Discrete` actions */
  constructor(options: UniformReplayOptions) {
    this.#table = new TransitionTable('UniformReplay', options);
  }

  get size(): number {
    return this.#table.size;
  }

  get capacity(): number {
    return this.#table.capacity;
  }

  /** Memory taken, in bytes. */
  get bytes(): number {
    return this.#table.bytes;
  }

  /** @throws InputError when an array does not hold one row per reward, or n-step rows come in another number than before */
  add(rows: TransitionRows): void {
    this.#table.add(rows);
  }

  cut(): void {
    this.#table.cut();
  }

  /** @throws InputError when nothing is stored yet */
  sample(batchSize: number, rng: Rng): StoredBatch {
    const batch = this.#table.open(batchSize);
    for (let i = 0; i < batchSize; i++) batch.index[i] = rng.integers(0, this.#table.size);
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
