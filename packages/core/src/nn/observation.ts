import * as tf from '@tensorflow/tfjs-core';
import { field, flatDtype, flatSize, type ObservationPart, observationParts, type Space } from '@zpin/contracts';
import { type InputShape, int32, uint8 } from '../program/program.ts';
import type { Activation } from './activation.ts';
import { dense } from './dense.ts';
import type { Initialization } from './initializers.ts';
import { minAtarFeatures } from './minatar-cnn.ts';
import { mlpFeatures } from './mlp.ts';
import { type Convolutions, natureFeatures } from './nature-cnn.ts';
import { combine, type FeatureNetwork, followedBy, inOneVector, type Network } from './network.ts';
import { oneHot } from './one-hot.ts';

/** The setting of algorithms that choose what reads large pictures. */
export const convolutionsField = field.choice(['nature', 'dqn-2013'], {
  default: 'nature',
  meaning: 'convolutions over pictures of 36 pixels and more: those of DQN in Nature, or the fewer of DQN in 2013 and of A3C',
});

/** Smallest height and width of a picture that the large convolutional network can read. */
const SMALLEST_NATURE_PICTURE = 36;

export interface ObservationEncoderOptions {
  /** Units of the hidden layers, of which the last counts behind convolutions. */
  readonly hiddenSizes: readonly number[];
  /** What reads pictures of at least 36 pixels each way; `nature` when omitted. Smaller ones have a network of their own. */
  readonly convolutions?: Convolutions | undefined;
  /** That of each kind of layer when omitted. */
  readonly initialization?: Initialization;
}

export interface ObservationFeaturesOptions extends ObservationEncoderOptions {
  readonly activation: Activation;
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
 * A network that reads flat observations `[B, D]` of a space, each part as `observationParts` says: a picture through
 * convolutions, an index as one-hot, numbers through a multi-layer perceptron, scaled by their space. Observations of several
 * parts are read together, see `observationFeatures`.
 * @throws SpaceError when a picture has its channels first
 */
export function observationNetwork(space: Space, options: ObservationNetworkOptions): Network {
  const { outputSize, outputGain: gain = 1 } = options;
  const features = observationFeatures(space, options);
  const picture = onlyPicture(observationParts(space));
  const initialization = options.initialization ?? (picture && !isLarge(picture) ? 'fan-in' : 'orthogonal');
  return followedBy(features, 'output', dense({ inputSize: features.outputSize, outputSize, initialization, gain }));
}

/**
 * The network of `observationNetwork` up to its last hidden layer, for several heads on one trunk: convolutions where the
 * observation is one picture, else a multi-layer perceptron on what `observationEncoder` gives.
 */
export function observationFeatures(space: Space, options: ObservationFeaturesOptions): FeatureNetwork {
  const picture = onlyPicture(observationParts(space));
  if (picture) return pictureFeatures(picture, options);
  const encoder = observationEncoder(space, options);
  const hidden = mlpFeatures({ inputSize: encoder.outputSize, ...options });
  return {
    ...inOneVector(encoder, hidden),
    apply: (params, obs) => hidden.apply(params, encoder.apply(params, obs)),
    outputSize: hidden.outputSize,
  };
}

/**
 * Flat observations `[B, D]` as numbers of about unit size, side by side: what convolutions say of each picture, and all other
 * parts as `encodeObservation` gives them. Parameters: `picture0/…` and on; none where there is no picture.
 */
export function observationEncoder(space: Space, options: ObservationEncoderOptions): FeatureNetwork {
  const parts = observationParts(space);
  const pictures = parts.filter(isPicture);
  const others = parts.filter(part => !isPicture(part));
  const networks = pictures.map(part => pictureFeatures(part, options));
  const combined = combine(Object.fromEntries(networks.map((network, i) => [`picture${i}`, network])));
  const width = flatSize(space);
  return {
    layout: combined.layout,
    init: combined.init,
    apply(params, obs) {
      const seen = pictures.map((part, i) => combined.parts[`picture${i}`].apply(params, partOf(part, obs, width)));
      return joined([...seen, ...encodedParts(others, obs, width)]);
    },
    outputSize: networks.reduce((size, network) => size + network.outputSize, encodedWidth(others)),
  };
}

/**
 * Flat observations as rows of floats of about unit size, without anything learned: indices as one-hot, numbers and pixels divided
 * by the scale of their space.
 * @param obs `[B, D]`
 * @returns `[B, encodedSize(space)]`
 */
export function encodeObservation(space: Space, obs: tf.Tensor): tf.Tensor {
  return joined(encodedParts(observationParts(space), obs, flatSize(space)));
}

/** Numbers per row of `encodeObservation`. */
export function encodedSize(space: Space): number {
  return encodedWidth(observationParts(space));
}

/** A part that convolutions read. */
type PicturePart = ObservationPart & { readonly reading: { readonly kind: 'picture' } };

/** Where numbers lie in a row. */
type Place = Pick<ObservationPart, 'offset' | 'size'>;

function isPicture(part: ObservationPart): part is PicturePart {
  return part.reading.kind === 'picture';
}

/** The picture that is the whole observation; `null` for all others. */
function onlyPicture(parts: readonly ObservationPart[]): PicturePart | null {
  const [first] = parts;
  return parts.length === 1 && isPicture(first) ? first : null;
}

function isLarge({ reading: { height, width } }: PicturePart): boolean {
  return Math.min(height, width) >= SMALLEST_NATURE_PICTURE;
}

/** The convolutional network that fits the size of a picture. */
function pictureFeatures(part: PicturePart, encoder: ObservationEncoderOptions): FeatureNetwork {
  const { hiddenSizes, convolutions, initialization } = encoder;
  const { height, width, channels, scale } = part.reading;
  const hiddenSize = hiddenSizes.at(-1);
  const options = {
    ...{ height, width, channels, scale },
    ...(initialization && { initialization }),
    ...(hiddenSize !== undefined && { hiddenSize }),
  };
  return isLarge(part) ? natureFeatures({ ...options, ...(convolutions && { convolutions }) }) : minAtarFeatures(options);
}

function encodedWidth(parts: readonly ObservationPart[]): number {
  return parts.reduce((sum, { reading, size }) => sum + (reading.kind === 'index' ? total(reading.sizes) : size), 0);
}

/** Each part as floats `[B, …]`. */
function encodedParts(parts: readonly ObservationPart[], obs: tf.Tensor, width: number): tf.Tensor[] {
  return withRuns(parts).map(part => {
    const numbers = partOf(part, obs, width);
    if (part.reading.kind === 'index') return indicatorsOf(numbers, part.reading);
    const floats = tf.cast(numbers, 'float32');
    return part.reading.scale === 1 ? floats : tf.div(floats, part.reading.scale);
  });
}

/** Neighbours that are divided by the same number become one part, so that many small parts cost what one does. */
function withRuns(parts: readonly ObservationPart[]): (Place & Pick<ObservationPart, 'reading'>)[] {
  const runs: (Place & Pick<ObservationPart, 'reading'>)[] = [];
  for (const { offset, size, reading } of parts) {
    if (size === 0) continue;
    const last = runs.at(-1);
    const isNext = last && last.offset + last.size === offset;
    const isAlike = last && last.reading.kind !== 'index' && reading.kind !== 'index' && last.reading.scale === reading.scale;
    if (isNext && isAlike) runs[runs.length - 1] = { ...last, size: last.size + size };
    else runs.push({ offset, size, reading });
  }
  return runs;
}

/** Indices `[B, k]` as one-hot rows side by side. Neighbours with equally many values are read at once. */
function indicatorsOf(
  numbers: tf.Tensor,
  { sizes, start }: { readonly sizes: readonly number[]; readonly start: number },
): tf.Tensor {
  const rows = numbers.shape[0];
  const indices = tf.cast(numbers, 'int32');
  const fromZero = start === 0 ? indices : tf.sub(indices, tf.scalar(start, 'int32'));
  const runs: tf.Tensor[] = [];
  for (let from = 0; from < sizes.length; ) {
    const values = sizes[from];
    const end = sizes.findIndex((size, i) => i > from && size !== values);
    const count = (end === -1 ? sizes.length : end) - from;
    const run = partOf({ offset: from, size: count }, fromZero, sizes.length);
    runs.push(tf.reshape(oneHot(run, values), [rows, count * values]));
    from += count;
  }
  return joined(runs);
}

/** The numbers of one part of rows `[B, width]`. */
function partOf({ offset, size }: Place, rows: tf.Tensor, width: number): tf.Tensor {
  return size === width ? rows : tf.slice(rows, [0, offset], [rows.shape[0], size]);
}

function joined(parts: readonly tf.Tensor[]): tf.Tensor {
  return parts.length === 1 ? parts[0] : tf.concat([...parts], 1);
}

function total(sizes: readonly number[]): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}
