import * as tf from '@tensorflow/tfjs-core';
import { initialize, uniformFanIn } from './initializers.ts';
import { layout } from './layout.ts';
import type { Network } from './network.ts';

/** Memory of an LSTM between two steps, `[B, hiddenSize]` each; zeros where an episode begins. */
export interface LstmState {
  /** Also its output. */
  readonly hidden: tf.Tensor;
  readonly cell: tf.Tensor;
}

export interface RecurrentOptions {
  readonly inputSize: number;
  readonly hiddenSize: number;
}

/**
 * One step of a long short-term memory (Hochreiter & Schmidhuber 1997, with the forget gate of Gers et al. 2000):
 *
 *     i, f, g, o = x W + h U + b        c′ = σ(f) c + σ(i) tanh(g)        h′ = σ(o) tanh(c′)
 *
 * Parameters: `inputWeight` W `[inputSize, 4 hiddenSize]`, `hiddenWeight` U `[hiddenSize, 4 hiddenSize]`, `bias` `[4
 * hiddenSize]`, with the gates in the order i, f, g, o; they begin uniform in ±1/√hiddenSize.
 */
export function lstm({ inputSize, hiddenSize }: RecurrentOptions): Network<readonly [x: tf.Tensor, state: LstmState], LstmState> {
  const own = layout([
    ['inputWeight', [inputSize, 4 * hiddenSize]],
    ['hiddenWeight', [hiddenSize, 4 * hiddenSize]],
    ['bias', [4 * hiddenSize]],
  ]);
  const uniform = uniformFanIn(1, hiddenSize);
  return {
    layout: own,
    init: rng => initialize(own, { inputWeight: uniform, hiddenWeight: uniform, bias: uniform }, rng),
    apply({ inputWeight, hiddenWeight, bias }, x, { hidden, cell }) {
      const gates = tf.add(tf.add(tf.matMul(x, inputWeight), tf.matMul(hidden, hiddenWeight)), bias);
      const [input, forget, candidate, output] = tf.split(gates, 4, 1);
      const next = tf.add(tf.mul(tf.sigmoid(forget), cell), tf.mul(tf.sigmoid(input), tf.tanh(candidate)));
      return { hidden: tf.mul(tf.sigmoid(output), tf.tanh(next)), cell: next };
    },
  };
}
