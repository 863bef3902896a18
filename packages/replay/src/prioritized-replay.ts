import {
  type AgentState,
  InputError,
  message,
  type ReplayBuffer,
  type ReplayPriorities,
  type Rng,
  type TransitionBatch,
  type TransitionRows,
} from '@zpin/contracts';
import { MaxTree } from './max-tree.ts';
import { SumTree } from './sum-tree.ts';
import { type TableBatch, TransitionTable, type TransitionTableOptions } from './transition-table.ts';

/** α is 0.6 and the first β is 0.4 when omitted. */
export interface PrioritizedReplayOptions extends TransitionTableOptions, Partial<ReplayPriorities> {
  /** Transitions added until β has risen to 1, in a straight line. */
  readonly betaAnnealing: number;
}

type WeightedBatch = TableBatch & { readonly weight: Float32Array };

/**
 * Prioritized experience replay, proportional variant (Schaul et al. 2016, arXiv:1511.05952, algorithm 1).
 *
 * Transition i is drawn with probability P(i) = pᵢᵅ / Σ pₖᵅ, where pᵢ = |δᵢ| + ε, or min(|δᵢ| + ε, c) with a `clip` c; the total
 * is cut into as many equal ranges as the batch has rows, and one transition is drawn from each. Its weight is (N · P(i))^−β,
 * divided by the largest of the batch. A new transition gets the largest priority seen so far: with `largest-stored`, of the
 * transitions that are still stored, so that one early outlier is forgotten. The first of all has 1.
 */
export class PrioritizedReplay implements ReplayBuffer {
  readonly #table: TransitionTable;
  readonly #tree: SumTree;
  readonly #alpha: number;
  readonly #firstBeta: number;
  readonly #betaAnnealing: number;
  readonly #epsilon: number;
  readonly #clip: number;
  /** The largest pᵢᵅ of those stored, where new ones get that. */
  readonly #stored: MaxTree | undefined;
  /** Transitions ever added. */
  #added = 0;
  /** Largest pᵢᵅ so far. */
  #largest: number;
  #batch: WeightedBatch | undefined;

  /** @throws InputError when a setting is out of range */
  constructor({
    alpha = 0.6,
    beta = 0.4,
    betaAnnealing,
    epsilon = 1e-6,
    clip,
    newPriority,
    ...options
  }: PrioritizedReplayOptions) {
    const check = (isRight: boolean, expectation: string, value: number) => {
      if (!isRight) throw new InputError(message('PrioritizedReplay', expectation, value, 'Leave it out for the default'));
    };
    check(alpha >= 0 && alpha <= 1, 'alpha must be in [0, 1]', alpha);
    check(beta >= 0 && beta <= 1, 'beta must be in [0, 1]', beta);
    check(epsilon > 0 && Number.isFinite(epsilon), 'epsilon must be > 0', epsilon);
    check(clip === undefined || (clip > 0 && Number.isFinite(clip)), 'clip must be > 0', clip ?? 0);
    if (!(betaAnnealing >= 1)) {
      const remedy = 'Pass the environment steps of the run';
      throw new InputError(message('PrioritizedReplay', 'betaAnnealing must be >= 1', betaAnnealing, remedy));
    }
    const keepsLargest = newPriority === 'largest-stored';
    this.#table = new TransitionTable('PrioritizedReplay', { ...options, isPrioritized: true, keepsLargest });
    this.#tree = new SumTree(options.capacity);
    this.#alpha = alpha;
    this.#firstBeta = beta;
    this.#betaAnnealing = betaAnnealing;
    this.#epsilon = epsilon;
    this.#clip = clip ?? Number.POSITIVE_INFINITY;
    this.#largest = Math.min(1, this.#clip) ** alpha;
    if (keepsLargest) this.#stored = new MaxTree(options.capacity);
  }

  get size(): number {
    return this.#table.size;
  }

  get capacity(): number {
    return this.#table.capacity;
  }

  /** Memory taken, in bytes. */
  get bytes(): number {
    return this.#table.bytes + this.#tree.bytes + (this.#stored?.bytes ?? 0);
  }

  /** β as it is now. */
  get beta(): number {
    return this.#firstBeta + (1 - this.#firstBeta) * Math.min(1, this.#added / this.#betaAnnealing);
  }

  /** @throws InputError when an array does not hold one row per reward, or n-step rows come in another number than before */
  add(rows: TransitionRows): void {
    const start = this.#table.next;
    this.#table.add(rows);
    const count = rows.reward.length;
    const first = this.#stored && this.#added > 0 ? this.#stored.largest : this.#largest;
    for (let i = 0; i < count; i++) this.#set((start + i) % this.capacity, first);
    this.#added += count;
  }

  cut(): void {
    this.#table.cut();
  }

  /** @throws InputError when nothing is stored yet */
  sample(batchSize: number, rng: Rng): TransitionBatch {
    const tree = this.#tree;
    const batch = this.#open(batchSize);
    const { index, weight } = batch;
    const range = tree.total / batchSize;
    const { beta, size } = this;
    let largest = 0;
    for (let i = 0; i < batchSize; i++) {
      index[i] = tree.find((i + rng.random()) * range);
      weight[i] = ((size * tree.get(index[i])) / tree.total) ** -beta;
      largest = Math.max(largest, weight[i]);
    }
    for (let i = 0; i < batchSize; i++) weight[i] /= largest;
    this.#table.fill(batch);
    return batch;
  }

  /**
   * Gives rows of the last batches new priorities. A row whose error is no finite number keeps the one it has: the loss, which is
   * no number either, is what stops a run.
   * @param index `[B]`
   * @param priority `[B]`: |δ|
   */
  updatePriorities(index: Int32Array, priority: Float32Array): void {
    for (let i = 0; i < index.length; i++) {
      if (!Number.isFinite(priority[i])) continue;
      const scaled = Math.min(Math.abs(priority[i]) + this.#epsilon, this.#clip) ** this.#alpha;
      this.#set(index[i], scaled);
      this.#largest = Math.max(this.#largest, scaled);
    }
  }

  state(): AgentState {
    const added = this.#added;
    const largest = this.#largest;
    return { table: this.#table.state(), priorities: this.#tree.read(this.size), added, largest };
  }

  restore(state: AgentState): void {
    this.#table.restore(state.table as AgentState);
    this.#tree.write(state.priorities as Float64Array);
    this.#stored?.write(state.priorities as Float64Array);
    this.#added = state.added as number;
    this.#largest = state.largest as number;
  }

  #set(index: number, scaled: number): void {
    this.#tree.set(index, scaled);
    this.#stored?.set(index, scaled);
  }

  #open(size: number): WeightedBatch {
    const batch = this.#table.open(size);
    if (this.#batch?.obs !== batch.obs) this.#batch = { ...batch, weight: new Float32Array(size) };
    return this.#batch;
  }
}
