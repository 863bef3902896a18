import type { StateValue } from './env.ts';
import { CheckpointError, message } from './errors.ts';

/** Mean and variance of each number of the rows seen so far, in one pass (Welford 1962). */
export class RunningStatistics {
  /** `[D]` */
  readonly mean: Float64Array;
  readonly #squares: Float64Array;
  #rows = 0;

  /** @param size numbers per row, D */
  constructor(size: number) {
    this.mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
  }

  /** Rows seen. */
  get count(): number {
    return this.#rows;
  }

  /** Takes the row that starts at `rows[offset]`. */
  add(rows: ArrayLike<number>, offset = 0): void {
    const { mean } = this;
    const squares = this.#squares;
    this.#rows++;
    for (let i = 0; i < mean.length; i++) {
      const before = rows[offset + i] - mean[i];
      mean[i] += before / this.#rows;
      squares[i] += before * (rows[offset + i] - mean[i]);
    }
  }

  /** Variance of number `i` over all rows; 1 before there are two. */
  variance(i: number): number {
    return this.#rows < 2 ? 1 : this.#squares[i] / this.#rows;
  }

  state(): { readonly [key: string]: StateValue } {
    return { count: this.#rows, mean: this.mean.slice(), squares: this.#squares.slice() };
  }

  /** @throws CheckpointError when the state is of rows of another size */
  restore(state: { readonly [key: string]: StateValue }): void {
    const mean = state.mean as Float64Array | undefined;
    if (mean?.length !== this.mean.length) {
      const expectation = `the state must be of rows of ${this.mean.length}`;
      throw new CheckpointError(
        message('RunningStatistics.restore', expectation, mean, 'Resume with the environment of the run'),
      );
    }
    this.mean.set(mean);
    this.#squares.set(state.squares as Float64Array);
    this.#rows = state.count as number;
  }
}
