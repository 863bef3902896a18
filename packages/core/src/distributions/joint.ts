import * as tf from '@tensorflow/tfjs-core';
import type { EntropicDistribution } from './distribution.ts';

/** Where one of several independent actions, or its noise, lies in a row of all of them. */
export interface RowPart {
  readonly offset: number;
  readonly size: number;
  /** Whether its distribution takes `[B]` rather than `[B, size]`. */
  readonly isScalar: boolean;
}

/** One of several independent actions. */
export interface JointPart {
  readonly distribution: EntropicDistribution;
  readonly action: RowPart;
  /** Element type of what the distribution gives and takes. */
  readonly dtype: 'float32' | 'int32';
  readonly noise: RowPart;
}

/** Several independent actions, of different kinds, as one: `[B, K]` with one behind the other. */
export class Joint implements EntropicDistribution {
  readonly #parts: readonly JointPart[];
  readonly #dtype: 'float32' | 'int32';

  /** @param parts in the order of the row, without gaps @param dtype of rows of actions */
  constructor(parts: readonly JointPart[], dtype: 'float32' | 'int32') {
    this.#parts = parts;
    this.#dtype = dtype;
  }

  /** @param noise `[B, Z]`: what each part asks for, one behind the other */
  sample(noise: tf.Tensor): tf.Tensor {
    return this.#row(part => part.distribution.sample(cut(noise, part.noise)));
  }

  mode(): tf.Tensor {
    return this.#row(part => part.distribution.mode());
  }

  /** The sum of those of the parts. @param action `[B, K]` */
  logProb(action: tf.Tensor): tf.Tensor {
    return this.#sum(({ distribution, action: place, dtype }) => distribution.logProb(tf.cast(cut(action, place), dtype)));
  }

  entropy(): tf.Tensor {
    return this.#sum(({ distribution }) => distribution.entropy());
  }

  kl(other: Joint): tf.Tensor {
    return this.#sum(({ distribution }, i) => distribution.kl(other.#parts[i].distribution));
  }

  #row(actionOf: (part: JointPart) => tf.Tensor): tf.Tensor {
    return joinRows(
      this.#parts.map(part => ({ value: actionOf(part), size: part.action.size })),
      this.#dtype,
    );
  }

  #sum(term: (part: JointPart, i: number) => tf.Tensor): tf.Tensor {
    return this.#parts.map(term).reduce((sum, value) => tf.add(sum, value));
  }
}

/** Actions of the parts, `[B]` or `[B, size]`, as one row `[B, K]`. */
export function joinRows(
  values: readonly { readonly value: tf.Tensor; readonly size: number }[],
  dtype: 'float32' | 'int32',
): tf.Tensor {
  return tf.concat(
    values.map(({ value, size }) => tf.cast(tf.reshape(value, [-1, size]), dtype)),
    1,
  );
}

function cut(rows: tf.Tensor, { offset, size, isScalar }: RowPart): tf.Tensor {
  const part = tf.slice(rows, [0, offset], [-1, size]);
  return isScalar ? tf.reshape(part, [-1]) : part;
}
