import * as tf from '@tensorflow/tfjs-core';
import { type Initialization, initialize, layerInitializers } from './initializers.ts';
import { layout } from './layout.ts';
import type { Network } from './network.ts';

export interface DenseOptions {
  readonly inputSize: number;
  readonly outputSize: number;
  /** `fan-in` when omitted. */
  readonly initialization?: Initialization;
  /** Factor on the first weights; 1 when omitted. */
  readonly gain?: number;
}

/** x W + b: `[B, inputSize]` → `[B, outputSize]`. Parameters: `weight` `[inputSize, outputSize]`, `bias` `[outputSize]`. */
export function dense({ inputSize, outputSize, initialization = 'fan-in', gain = 1 }: DenseOptions): Network {
  const own = layout([
    ['weight', [inputSize, outputSize]],
    ['bias', [outputSize]],
  ]);
  return {
    layout: own,
    init: rng => initialize(own, layerInitializers(initialization, inputSize, gain), rng),
    apply: ({ weight, bias }, x) => tf.add(tf.matMul(x, weight), bias),
  };
}
