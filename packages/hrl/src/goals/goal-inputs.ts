import { type BoxSpace, box, flatSize, type NumericArray, type Space } from '@zpin/contracts';
import { encodedSize } from '@zpin/core';
import type { Subgoals } from './subgoals.ts';

/**
 * Observations with the goal that a controller pursues behind them: an index as one-hot, bytes divided by the largest possible
 * one.
 */
export class GoalInputs {
  /** Of one observation with its goal, `[W + E]`. */
  readonly space: BoxSpace;
  readonly #observations: Space;
  readonly #obsSize: number;
  readonly #width: number;
  readonly #encoding: Float32Array;
  readonly #goalSize: number;

  constructor(observations: Space, { names, encoding }: Subgoals) {
    this.#observations = observations;
    this.#obsSize = flatSize(observations);
    this.#width = encodedSize(observations);
    this.#encoding = encoding ?? identity(names.length);
    this.#goalSize = this.#encoding.length / names.length;
    const limit = Number.POSITIVE_INFINITY;
    this.space = box({ low: -limit, high: limit, shape: [this.#width + this.#goalSize] });
  }

  /** @param obs `[N, D]` @param goals `[N]` @param out `[N, W + E]`, written and returned */
  write(obs: NumericArray, goals: Int32Array, out: Float32Array): Float32Array {
    const space = this.#observations;
    const scale = space.type === 'box' && space.dtype === 'uint8' ? 1 / Math.max(1, ...space.high) : 1;
    for (let i = 0, at = 0; i < goals.length; i++) {
      if (space.type === 'discrete') {
        out.fill(0, at, at + this.#width);
        out[at + obs[i] - space.start] = 1;
      } else for (let k = 0; k < this.#width; k++) out[at + k] = obs[i * this.#obsSize + k] * scale;
      at += this.#width;
      for (let k = 0; k < this.#goalSize; k++) out[at + k] = this.#encoding[goals[i] * this.#goalSize + k];
      at += this.#goalSize;
    }
    return out;
  }
}

function identity(size: number): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) => Number(i % (size + 1) === 0));
}
