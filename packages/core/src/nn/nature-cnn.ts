import * as tf from '@tensorflow/tfjs-core';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import type { Initialization } from './initializers.ts';
import { scaledWeights } from './layout.ts';
import { combine, type FeatureNetwork, followedBy, type Network } from './network.ts';

/** Channels, window and stride of the convolutions in networks that play on the Atari 2600. */
const CONVOLUTIONS = {
  nature: [
    [32, 8, 4],
    [64, 4, 2],
    [64, 3, 1],
  ],
  'dqn-2013': [
    [16, 8, 4],
    [32, 4, 2],
  ],
} as const;

/**
 * Which convolutions read large pictures: `nature` those of DQN in Nature (Mnih et al. 2015), `dqn-2013` the smaller ones of the
 * first DQN (Mnih et al. 2013, arXiv:1312.5602, section 4.1), which A3C has too: a third of the operations.
 */
export type Convolutions = keyof typeof CONVOLUTIONS;

export interface NatureFeaturesOptions {
  /** Pixels; 84 when omitted. */
  readonly height?: number;
  /** Pixels; 84 when omitted. */
  readonly width?: number;
  /** Stacked frames; 4 when omitted. */
  readonly channels?: number;
  /** Largest absolute value of a pixel, by which pixels are divided; 255 when omitted. */
  readonly scale?: number;
  /** `nature` when omitted. */
  readonly convolutions?: Convolutions;
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

/** Pixels along one axis behind convolutions. */
function outputPixels(pixels: number, convolutions: Convolutions): number {
  return CONVOLUTIONS[convolutions].reduce((size, [_, window, stride]) => Math.floor((size - window) / stride) + 1, pixels);
}

/**
 * The network of DQN (Mnih et al. 2015, "Human-level control", methods): convolutions 32 of 8×8 / 4, 64 of 4×4 / 2, 64 of 3×3 /
 * 1, then 512 units and the outputs, with `relu` between; with `convolutions: 'dqn-2013'`, 16 of 8×8 / 4 and 32 of 4×4 / 2. Pixels of any numeric type: `[B, height, width, channels]`, or `[B, D]`
 * of the same order; they are divided by `scale` inside. Parameters: `conv0/…`, `conv1/…`, `conv2/…`, `hidden/…`, `output/…`.
 */
export function natureCnn(options: NatureCnnOptions): Network {
  const { outputSize, initialization = 'orthogonal', outputGain = 1 } = options;
  const hidden = natureFeatures(options);
  return followedBy(hidden, 'output', dense({ inputSize: hidden.outputSize, outputSize, initialization, gain: outputGain }));
}

/** `natureCnn` up to its hidden layer: `[B, …]` → `[B, hiddenSize]`. */
export function natureFeatures(options: NatureFeaturesOptions): FeatureNetwork {
  const { height = 84, width = 84, channels = 4, scale = 255, convolutions = 'nature', hiddenSize = 512 } = options;
  const { initialization = 'orthogonal' } = options;
  const common = { initialization, gain: initialization === 'orthogonal' ? Math.SQRT2 : 1 };
  const sizes = CONVOLUTIONS[convolutions];
  const inputs = [channels, ...sizes.map(([outputChannels]) => outputChannels)];
  const layers: Record<string, Network> = {};
  for (const [i, [outputChannels, kernelSize, stride]] of sizes.entries())
    layers[`conv${i}`] = conv2d({ inputChannels: inputs[i], outputChannels, kernelSize, stride, ...common });
  const features = outputPixels(height, convolutions) * outputPixels(width, convolutions) * inputs[sizes.length];
  layers.hidden = dense({ inputSize: features, outputSize: hiddenSize, ...common });
  const { layout, init, parts } = combine(layers);
  return {
    layout,
    init,
    outputSize: hiddenSize,
    apply(params, pixels) {
      let x: tf.Tensor = tf.reshape(tf.cast(pixels, 'float32'), [pixels.shape[0], height, width, channels]);
      for (const i of sizes.keys()) {
        const weights = i === 0 ? scaledWeights(params, 'conv0/weight', scale) : params;
        x = tf.relu(parts[`conv${i}`].apply(weights, x));
      }
      return tf.relu(parts.hidden.apply(params, tf.reshape(x, [pixels.shape[0], features])));
    },
  };
}
