import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import type { Initialization } from './initializers.ts';
import { scaledWeights } from './layout.ts';
import { combine, type FeatureNetwork, followedBy, type Network } from './network.ts';

export interface NatureFeaturesOptions {
  /** Pixels; 84 when omitted. */
  readonly height?: number;
  /** Pixels; 84 when omitted. */
  readonly width?: number;
  /** Stacked frames; 4 when omitted. */
  readonly channels?: number;
  /** Largest absolute value of a pixel, by which pixels are divided; 255 when omitted. */
  readonly scale?: number;
  /** Units of the fully connected layer; 512 when omitted. */
  readonly hiddenSize?: number;
  /** `orthogonal` when omitted. */
  readonly initialization?: Initialization;
}

export interface NatureCnnOptions extends NatureFeaturesOptions {
  readonly outputSize: number;
  /** Factor on the first weights of the last layer; 1 when omitted. */
  readonly outputGain?: number;
}

/** Pixels along one axis behind the three convolutions. */
const outputPixels = (pixels: number): number =>
  [
    [8, 4],
    [4, 2],
    [3, 1],
  ].reduce((size, [window, stride]) => Math.floor((size - window) / stride) + 1, pixels);

/**
 * The network of DQN (Mnih et al. 2015, "Human-level control", methods): convolutions 32 of 8×8 / 4, 64 of 4×4 / 2, 64 of 3×3 /
 * 1, then 512 units and the outputs, with `relu` between. Pixels of any numeric type: `[B, height, width, channels]`, or `[B, D]`
 * of the same order; they are divided by `scale` inside. Parameters: `conv0/…`, `conv1/…`, `conv2/…`, `hidden/…`, `output/…`.
 */
export function natureCnn(options: NatureCnnOptions): Network {
  const { outputSize, initialization = 'orthogonal', outputGain = 1 } = options;
  const hidden = natureFeatures(options);
  return followedBy(hidden, 'output', dense({ inputSize: hidden.outputSize, outputSize, initialization, gain: outputGain }));
}

/** `natureCnn` up to its hidden layer: `[B, …]` → `[B, hiddenSize]`. */
export function natureFeatures(options: NatureFeaturesOptions): FeatureNetwork {
  const { height = 84, width = 84, channels = 4, scale = 255, hiddenSize = 512, initialization = 'orthogonal' } = options;
  const common = { initialization, gain: initialization === 'orthogonal' ? Math.SQRT2 : 1 };
  const features = outputPixels(height) * outputPixels(width) * 64;
  const { layout, init, parts } = combine({
    conv0: conv2d({ inputChannels: channels, outputChannels: 32, kernelSize: 8, stride: 4, ...common }),
    conv1: conv2d({ inputChannels: 32, outputChannels: 64, kernelSize: 4, stride: 2, ...common }),
    conv2: conv2d({ inputChannels: 64, outputChannels: 64, kernelSize: 3, ...common }),
    hidden: dense({ inputSize: features, outputSize: hiddenSize, ...common }),
  });
  return {
    layout,
    init,
    outputSize: hiddenSize,
    apply(params, pixels) {
      const picture = tf.reshape(tf.cast(pixels, 'float32'), [pixels.shape[0], height, width, channels]);
      const first = tf.relu(parts.conv0.apply(scaledWeights(params, 'conv0/weight', scale), picture));
      const third = tf.relu(parts.conv2.apply(params, tf.relu(parts.conv1.apply(params, first))));
      return tf.relu(parts.hidden.apply(params, tf.reshape(third, [pixels.shape[0], features])));
    },
  };
}
