import { CheckpointError, message, NumericsError } from '../spec/errors.ts';

/** Exact snapshot of running statistics. A type and not an interface, so that it counts as a record of state values. */
export type RunningStatisticsState = {
  readonly count: number;
  /** `[size]` */
  readonly mean: Float64Array;
  /** `[size]`: sum of squared deviations from the mean. */
  readonly squares: Float64Array;
  readonly frozen: boolean;
};

/** Keeps the divisor from 0 for features that do not vary. */
const EPSILON = 1e-8;

/**
 * Mean and variance per feature of all rows seen so far, in float64: what observations and rewards are normalised with. Groups of
 * rows are merged by the formula of Chan, Golub & LeVeque 1979, which does not cancel however large the mean is.
 */
export class RunningStatistics {
  /** Number of features of a row. */
  readonly size: number;
  /** While true `update` does nothing: for evaluation. */
  frozen = false;
  #count = 0;
  readonly #mean: Float64Array;
  readonly #squares: Float64Array;
  /** 1 / standard deviation; 1 before the first row. */
  readonly #scale: Float64Array;
  readonly #groupMean: Float64Array;
  readonly #groupSquares: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.#mean = new Float64Array(size);
    this.#squares = new Float64Array(size);
    this.#scale = new Float64Array(size).fill(1);
    this.#groupMean = new Float64Array(size);
    this.#groupSquares = new Float64Array(size);
  }

  /** Rows seen so far. */
  get count(): number {
    return this.#count;
  }

  mean(feature: number): number {
    return this.#mean[feature];
  }

  /** Mean squared deviation (of the rows themselves, not of what they were drawn from); 1 before the first row. */
  variance(feature: number): number {
    return this.#count === 0 ? 1 : this.#squares[feature] / this.#count;
  }

  /**
   * Takes in rows, unless frozen.
   * @param rows `[N, size]`
   * @throws NumericsError when a number is not finite; nothing is changed then
   */
  update(rows: ArrayLike<number>): void {
    const count = rows.length / this.size;
    if (this.frozen || count === 0) return;
    const [mean, squares] = [this.#groupMean.fill(0), this.#groupSquares.fill(0)];
    for (let offset = 0; offset < rows.length; offset += this.size) {
      for (let k = 0; k < this.size; k++) mean[k] += rows[offset + k];
    }
    for (let k = 0; k < this.size; k++) mean[k] /= count;
    for (let offset = 0; offset < rows.length; offset += this.size) {
      for (let k = 0; k < this.size; k++) squares[k] += (rows[offset + k] - mean[k]) ** 2;
    }
    this.#merge(count, mean, squares);
  }

  /** Takes in all rows that `other` has seen, for example in another worker, unless frozen. */
  merge(other: RunningStatistics): void {
    if (!this.frozen && other.#count > 0) this.#merge(other.#count, other.#mean, other.#squares);
  }

  /**
   * Writes (x − mean) / standard deviation of each row, clipped.
   * @param rows `[N, size]`
   * @param out `[N, size]`, written; may be `rows` itself
   * @param clip largest absolute value that is written
   */
  normalizeInto(rows: ArrayLike<number>, out: Float32Array, clip = 10): void {
    for (let offset = 0; offset < rows.length; offset += this.size) {
      for (let k = 0; k < this.size; k++) {
        const value = (rows[offset + k] - this.#mean[k]) * this.#scale[k];
        out[offset + k] = Math.min(Math.max(value, -clip), clip);
      }
    }
  }

  state(): RunningStatisticsState {
    return { count: this.#count, mean: this.#mean.slice(), squares: this.#squares.slice(), frozen: this.frozen };
  }

  /** @throws CheckpointError when the state has another number of features */
  restore({ count, mean, squares, frozen }: RunningStatisticsState): void {
    if (mean.length !== this.size || squares.length !== this.size) {
      throw new CheckpointError(
        message(
          'RunningStatistics.restore',
          `state must have ${this.size} features`,
          mean.length,
          'Restore it with the same environment',
        ),
      );
    }
    this.#count = count;
    this.#mean.set(mean);
    this.#squares.set(squares);
    this.frozen = frozen;
    this.#rescale();
  }

  #merge(count: number, mean: Float64Array, squares: Float64Array): void {
    for (let k = 0; k < this.size; k++) {
      if (!Number.isFinite(squares[k])) {
        throw new NumericsError(
          message('RunningStatistics', `feature ${k} must be finite`, mean[k], 'Look for the step that made it so'),
        );
      }
    }
    const total = this.#count + count;
    for (let k = 0; k < this.size; k++) {
      const distance = mean[k] - this.#mean[k];
      this.#squares[k] += squares[k] + (distance * distance * this.#count * count) / total;
      this.#mean[k] += (distance * count) / total;
    }
    this.#count = total;
    this.#rescale();
  }

  #rescale(): void {
    for (let k = 0; k < this.size; k++) this.#scale[k] = this.#count === 0 ? 1 : 1 / Math.sqrt(this.variance(k) + EPSILON);
  }
}
