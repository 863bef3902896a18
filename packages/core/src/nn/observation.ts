import * as tf from '@tensorflow/tfjs-core';
import { flatDtype, flatSize, type Space } from '@zpin/contracts';
import { type InputShape, int32, uint8 } from '../program/program.ts';
import type { Activation } from './activation.ts';
import type { Initialization } from './initializers.ts';
import { minAtarCnn, minAtarFeatures } from './minatar-cnn.ts';
import { mlp, mlpFeatures } from './mlp.ts';
import { natureCnn, natureFeatures } from './nature-cnn.ts';
import type { FeatureNetwork, Network } from './network.ts';
import { oneHot } from './one-hot.ts';

/** Smallest height of a picture that the large convolutional network can read. */
const SMALLEST_NATURE_PICTURE = 36;

export interface ObservationFeaturesOptions {
  /** Units of the hidden layers; behind convolutions only the last counts. */
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  readonly initialization?: Initialization;
}

export interface ObservationNetworkOptions extends ObservationFeaturesOptions {
  readonly outputSize: number;
  readonly outputGain?: number;
}

/** Shape and type with which flat observations of a space enter a program: `[batch, D]`. */
export function observationInput(space: Space): InputShape {
  const shape = ['batch', flatSize(space)] as const;
  const dtype = flatDtype(space);
  return dtype === 'uint8' ? uint8(shape) : dtype === 'int32' ? int32(shape) : shape;
}

/**
 * A network that reads flat observations `[B, D]` of a space: pictures (arrays of three axes) through convolutions, an index
 * as one-hot, everything else through a multi-layer perceptron, bytes divided by the largest possible one.
 */
export function observationNetwork(space: Space, options: ObservationNetworkOptions): Network {
  const { outputSize, outputGain = 1 } = options;
  const picture = pictureOptions(space, options);
  if (!picture) {
    const network = mlp({ inputSize: encodedSize(space), ...options });
    return { ...network, apply: (params, obs) => network.apply(params, encodeObservation(space, obs)) };
  }
  if (picture.isLarge) return natureCnn({ ...picture.options, outputSize, outputGain });
  const small = minAtarCnn({ ...picture.options, outputSize, outputGain });
  return { ...small, apply: (params, obs) => small.apply(params, encodeObservation(space, obs)) };
}

/** The network of `observationNetwork` up to its last hidden layer, for several heads on one trunk. */
export function observationFeatures(space: Space, options: ObservationFeaturesOptions): FeatureNetwork {
  const picture = pictureOptions(space, options);
  if (picture?.isLarge) return natureFeatures(picture.options);
  const small = picture ? minAtarFeatures(picture.options) : mlpFeatures({ inputSize: encodedSize(space), ...options });
  return { ...small, apply: (params, obs) => small.apply(params, encodeObservation(space, obs)) };
}

/** Settings of the convolutional network that reads observations of a space; `null` where they are no pictures. */
function pictureOptions(space: Space, { hiddenSizes, initialization }: ObservationFeaturesOptions) {
  if (space.type !== 'box' || space.shape.length !== 3) return null;
  const [height, width, channels] = space.shape;
  const hiddenSize = hiddenSizes.at(-1);
  const options = {
    height,
    width,
    channels,
    ...(initialization && { initialization }),
    ...(hiddenSize !== undefined && { hiddenSize }),
  };
  return { options, isLarge: Math.min(height, width) >= SMALLEST_NATURE_PICTURE };
}

/**
 * Flat observations as floats of about unit size, as multi-layer perceptrons read them: an index as one-hot, bytes divided by the
 * largest possible one.
 * @param obs `[B, D]`
 * @returns `[B, encodedSize(space)]`
 */
export function encodeObservation(space: Space, obs: tf.Tensor): tf.Tensor {
  if (space.type === 'discrete') {
    return oneHot(tf.sub(obs, tf.scalar(space.start, 'int32')), space.n);
  }
  if (space.type === 'box' && space.dtype === 'uint8') {
    return tf.div(tf.cast(obs, 'float32'), Math.max(1, ...space.high));
  }
  return tf.cast(obs, 'float32');
}

/** Numbers per row of `encodeObservation`. */
export function encodedSize(space: Space): number {
  return space.type === 'discrete' ? space.n : flatSize(space);
}
