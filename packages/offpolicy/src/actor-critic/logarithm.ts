import type * as tf from '@tensorflow/tfjs-core';
import { layout, type Network } from '@zpin/core';

/**
 * A positive number that is learned by its logarithm, as a network without inputs: gives the logarithm, `[1]`.
 * @param first its first value
 */
export function logarithm(first: number): Network<readonly [], tf.Tensor> {
  return {
    layout: layout([['logarithm', [1]]]),
    init: () => Float32Array.of(Math.log(first)),
    apply: params => params.logarithm,
  };
}
