import * as tf from '@tensorflow/tfjs-core';
import { initialize, uniformFanIn } from './initializers.ts';
import { layout } from './layout.ts';
import type { RecurrentOptions } from './lstm.ts';
import type { Network } from './network.ts';

/**
 * One step of a gated recurrent unit (Cho et al. 2014), with the reset gate behind the matrix product as in cuDNN and PyTorch:
 *
 *     r = σ(x Wᵣ + h Uᵣ + bᵣ)    z = σ(x W_z + h U_z + b_z)    n = tanh(x Wₙ + bₙ + r (h Uₙ + cₙ))    h′ = (1 − z) n + z h
 *
 * The hidden state `[B, hiddenSize]` is also the output; zeros where an episode begins. Parameters: `inputWeight` W `[inputSize,
 * 3 hiddenSize]`, `hiddenWeight` U `[hiddenSize, 3 hiddenSize]`, `bias` b `[3 hiddenSize]`, with the gates in the order r, z, n,
 * and `candidateBias` c `[hiddenSize]`; they begin uniform in ±1/√hiddenSize.
 */
export function gru({ inputSize, hiddenSize }: RecurrentOptions): Network<readonly [x: tf.Tensor, hidden: tf.Tensor]> {
  const own = layout([
    ['inputWeight', [inputSize, 3 * hiddenSize]],
    ['hiddenWeight', [hiddenSize, 3 * hiddenSize]],
    ['bias', [3 * hiddenSize]],
    ['candidateBias', [hiddenSize]],
  ]);
  const uniform = uniformFanIn(1, hiddenSize);
  return {
    layout: own,
    init: rng => initialize(own, { inputWeight: uniform, hiddenWeight: uniform, bias: uniform, candidateBias: uniform }, rng),
    apply({ inputWeight, hiddenWeight, bias, candidateBias }, x, hidden) {
      const [resetX, updateX, candidateX] = tf.split(tf.add(tf.matMul(x, inputWeight), bias), 3, 1);
      const [resetH, updateH, candidateH] = tf.split(tf.matMul(hidden, hiddenWeight), 3, 1);
      const reset = tf.sigmoid(tf.add(resetX, resetH));
      const update = tf.sigmoid(tf.add(updateX, updateH));
      const candidate = tf.tanh(tf.add(candidateX, tf.mul(reset, tf.add(candidateH, candidateBias))));
      return tf.add(candidate, tf.mul(update, tf.sub(hidden, candidate)));
    },
  };
}
