import * as tf from '@tensorflow/tfjs-core';
import { type Initialization, initialize, layerInitializers } from './initializers.ts';
import { layout } from './layout.ts';
import type { Network } from './network.ts';

export interface Conv2dOptions {
  readonly inputChannels: number;
  readonly outputChannels: number;
  /** Pixels, height and width. */
  readonly kernelSize: number;
  /** Pixels between two windows; 1 when omitted. */
  readonly stride?: number;
  /** `valid`: only whole windows, when omitted; `same`: zeros around the picture. */
  readonly padding?: 'valid' | 'same';
  /** `fan-in` when omitted. */
  readonly initialization?: Initialization;
  /** Factor on the first weights; 1 when omitted. */
  readonly gain?: number;
}

/**
 * Convolution of pictures, `[B, height, width, inputChannels]` → `[B, …, …, outputChannels]`.
 * Parameters: `weight` `[kernelSize, kernelSize, inputChannels, outputChannels]`, `bias` `[outputChannels]`.
 */
export function conv2d(options: Conv2dOptions): Network {
  const {
    inputChannels,
    outputChannels,
    kernelSize,
    stride = 1,
    padding = 'valid',
    initialization = 'fan-in',
    gain = 1,
  } = options;
  const own = layout([
    ['weight', [kernelSize, kernelSize, inputChannels, outputChannels]],
    ['bias', [outputChannels]],
  ]);
  return {
    layout: own,
    init: rng => initialize(own, layerInitializers(initialization, kernelSize * kernelSize * inputChannels, gain), rng),
    apply: ({ weight, bias }, x) => tf.add(tf.conv2d(x as tf.Tensor4D, weight as tf.Tensor4D, stride, padding), bias),
  };
}
