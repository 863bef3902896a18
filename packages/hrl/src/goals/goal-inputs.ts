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
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
}
