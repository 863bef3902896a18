import type { NumericArray, Rollout } from '@zpin/contracts';
import type { InputShape } from '@zpin/core';
import type { RolloutColumns } from './advantages.ts';
import { type Columns, copyRow } from './minibatches.ts';

/** Columns of a rollout, cut into sequences. */
export type SequenceColumns = Readonly<Record<Exclude<keyof RolloutColumns, 'mask'> | 'start' | 'memory', NumericArray>> & {
  readonly mask?: NumericArray;
};

/** How steps that belong together stay together in minibatches. */
export interface Sequences {
  /** L, rows of each sequence. */
  readonly length: number;
  /** Inputs beside those of single steps. */
  readonly inputs: Readonly<Record<'start' | 'memory', InputShape>>;
  /** The columns of a rollout, with those of `inputs`, one sequence behind the other. */
  cut(columns: RolloutColumns, rollout: Rollout): SequenceColumns;
}

/**
 * Columns of a rollout `[T, N, …]` cut into sequences of L steps of one environment each: `[S, L, …]` with S = N · T / L.
 * @param T a multiple of L
 */
export function sequences<C extends Columns>(columns: C, T: number, N: number, L: number): { [K in keyof C]: NumericArray } {
  const cut = (column: NumericArray): NumericArray => {
    const width = column.length / (T * N);
    const out = column.slice();
    let to = 0;
    for (let begin = 0; begin < T; begin += L) {
      for (let n = 0; n < N; n++) {
        for (let t = begin; t < begin + L; t++) {
          copyRow(column, (t * N + n) * width, out, to, width);
          to += width;
        }
      }
    }
    return out;
  };
  return Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, cut(column)])) as {
    [K in keyof C]: NumericArray;
  };
}
