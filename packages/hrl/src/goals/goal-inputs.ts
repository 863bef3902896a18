import { box, createRows, flatDtype, flatSize, type NumericArray, type Space, type TupleSpace, tuple } from '@zpin/contracts';
import type { Subgoals } from './subgoals.ts';

/** Observations with the goal that a controller pursues behind them, as one space, so that a network reads both. */
export class GoalInputs {
  /** The observation, and the goal: its encoding, or a 1 among zeros. */
  readonly space: TupleSpace;
  readonly #obsSize: number;
  /** `[G, E]` */
  readonly #encoding: Float32Array;
  readonly #goalSize: number;

  constructor(observations: Space, { names, encoding }: Subgoals) {
    this.#obsSize = flatSize(observations);
    this.#encoding = encoding ?? identity(names.length);
    this.#goalSize = this.#encoding.length / names.length;
    const shape = [this.#goalSize];
    // Zeros and ones fit every element type, so a row of bytes stays one.
    const goals = encoding
      ? box({ low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, shape })
      : box({ low: 0, high: 1, shape, dtype: flatDtype(observations) });
    this.space = tuple([observations, goals]);
  }

  /** Numbers of an observation with its goal (D + E). */
  get width(): number {
    return this.#obsSize + this.#goalSize;
  }

  /** Zeros for `count` observations with their goals. */
  rows(count: number): NumericArray {
    return createRows(this.space, count);
  }

  /** @param obs `[N, D]` @param goals `[N]` @param out `[N, D + E]` of the type of `rows`, written and returned */
  write(obs: NumericArray, goals: Int32Array, out: NumericArray): NumericArray {
    for (let i = 0, at = 0; i < goals.length; i++) {
      for (let k = 0; k < this.#obsSize; k++) out[at++] = obs[i * this.#obsSize + k];
      for (let k = 0; k < this.#goalSize; k++) out[at++] = this.#encoding[goals[i] * this.#goalSize + k];
    }
    return out;
  }

  /**
   * Rows of a run of the first version, which kept an index as one-hot and divided bytes by the largest possible one.
   * @param rows `[B, W + E]`, W numbers of an observation @returns `[B, D + E]`, as `write` has them
   */
  fromFirstVersion(rows: Float32Array): NumericArray {
    const [space] = this.space.spaces;
    const size = space.type === 'discrete' ? space.n : this.#obsSize;
    const scale = space.type === 'box' && space.dtype === 'uint8' ? Math.max(1, largest(space.high)) : 1;
    const out = this.rows(rows.length / (size + this.#goalSize));
    for (let from = 0, at = 0; from < rows.length; ) {
      if (space.type === 'discrete') out[at++] = rows.subarray(from, from + size).indexOf(1);
      else for (let k = 0; k < size; k++) out[at++] = scale === 1 ? rows[from + k] : Math.round(rows[from + k] * scale);
      from += size;
      for (let k = 0; k < this.#goalSize; k++) out[at++] = rows[from++];
    }
    return out;
  }
}

/** Not `Math.max(...)`: a picture has more bounds than a call takes arguments. */
function largest(numbers: ArrayLike<number>): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < numbers.length; i++) most = Math.max(most, numbers[i]);
  return most;
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
}
