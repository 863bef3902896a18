import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import type { Initialization } from './initializers.ts';
import { scaledWeights } from './layout.ts';
import { combine, type FeatureNetwork, followedBy, type Network } from './network.ts';

export interface MinAtarFeaturesOptions {
  /** Cells; 10 when omitted. */
  readonly height?: number;
  /** Cells; 10 when omitted. */
  readonly width?: number;
  /** Kinds of objects, one plane each. */
  readonly channels: number;
  /** Largest absolute value of a cell, by which cells are divided; 1 when omitted. */
  readonly scale?: number;
  /** Units of the fully connected layer; 128 when omitted. */
  readonly hiddenSize?: number;
  /** `fan-in` when omitted. */
  readonly initialization?: Initialization;
}

export interface MinAtarCnnOptions extends MinAtarFeaturesOptions {
  readonly outputSize: number;
  /** Factor on the first weights of the last layer; 1 when omitted. */
  readonly outputGain?: number;
}

/**
 * The small network of MinAtar (Young & Tian 2019): a convolution 16 of 3×3 / 1, 128 units and the outputs, with `relu` between.
 * Planes of any numeric type: `[B, height, width, channels]`, or `[B, D]` of the same order; they are divided by `scale` inside.
 * Parameters: `conv/…`, `hidden/…`, `output/…`.
 */
export function minAtarCnn(options: MinAtarCnnOptions): Network {
  const { outputSize, initialization = 'fan-in', outputGain = 1 } = options;
  const hidden = minAtarFeatures(options);
  return followedBy(hidden, 'output', dense({ inputSize: hidden.outputSize, outputSize, initialization, gain: outputGain }));
}

/** `minAtarCnn` up to its hidden layer: `[B, …]` → `[B, hiddenSize]`. */
export function minAtarFeatures(options: MinAtarFeaturesOptions): FeatureNetwork {
  const { height = 10, width = 10, channels, scale = 1, hiddenSize = 128, initialization = 'fan-in' } = options;
  const common = { initialization, gain: initialization === 'orthogonal' ? Math.SQRT2 : 1 };
  const features = (height - 2) * (width - 2) * 16;
  const { layout, init, parts } = combine({
    conv: conv2d({ inputChannels: channels, outputChannels: 16, kernelSize: 3, ...common }),
    hidden: dense({ inputSize: features, outputSize: hiddenSize, ...common }),
  });
  return {
    layout,
    init,
    outputSize: hiddenSize,
    apply(params, planes) {
      const board = tf.reshape(tf.cast(planes, 'float32'), [planes.shape[0], height, width, channels]);
      const seen = tf.relu(parts.conv.apply(scaledWeights(params, 'conv/weight', scale), board));
      return tf.relu(parts.hidden.apply(params, tf.reshape(seen, [planes.shape[0], features])));
    },
  };
}
