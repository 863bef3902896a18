import { message, ProgramError, type Rng } from '@zpin/contracts';
import type { ParameterLayout } from './layout.ts';

/**
 * Draws the first values of one parameter. Weights have the shape `[..., inputs, outputs]`, convolutions `[height, width, inputs,
 * outputs]`.
 */
export type Initializer = (shape: readonly number[], rng: Rng) => Float32Array;

const count = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Numbers that feed one output, and outputs that one input feeds. */
function fans(shape: readonly number[]): { fanIn: number; fanOut: number } {
  const [inputs, outputs] = [shape.at(-2) ?? 1, shape.at(-1) ?? 1];
  const field = count(shape.slice(0, -2));
  return { fanIn: inputs * field, fanOut: outputs * field };
}

const uniform = (limit: number, shape: readonly number[], rng: Rng): Float32Array =>
  Float32Array.from({ length: count(shape) }, () => rng.uniform(-limit, limit));

/** The same number everywhere. */
export function constant(value: number): Initializer {
  return shape => new Float32Array(count(shape)).fill(value);
}

/** U(−g/√fanIn, g/√fanIn): what PyTorch gives to linear and convolution layers with g = 1. `fanIn` has to be given for biases. */
export function uniformFanIn(gain = 1, fanIn?: number): Initializer {
  return (shape, rng) => uniform(gain / Math.sqrt(fanIn ?? fans(shape).fanIn), shape, rng);
}

/** Uniform with variance 2 g²/fanIn: keeps the variance of activations through `relu` (He et al. 2015, eq. 10). */
export function heUniform(gain = 1): Initializer {
  return (shape, rng) => uniform(gain * Math.sqrt(6 / fans(shape).fanIn), shape, rng);
}

/** Uniform with variance 2 g²/(fanIn + fanOut) (Glorot & Bengio 2010, eq. 16). */
export function glorotUniform(gain = 1): Initializer {
  return (shape, rng) => {
    const { fanIn, fanOut } = fans(shape);
    return uniform(gain * Math.sqrt(6 / (fanIn + fanOut)), shape, rng);
  };
}

/**
 * A random matrix with orthonormal columns (rows, when it is wider than high) times `gain` (Saxe et al. 2014). All axes but
 * the last count as rows.
 */
export function orthogonal(gain = 1): Initializer {
  return (shape, rng) => {
    const columns = shape.at(-1) ?? 1;
    const rows = count(shape) / columns;
    const [length, vectors] = rows >= columns ? [rows, columns] : [columns, rows];
    const basis = orthonormalVectors(vectors, length, rng);
    const [rowStride, columnStride] = rows >= columns ? [1, length] : [length, 1];
    const weights = new Float32Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        weights[row * columns + column] = gain * basis[row * rowStride + column * columnStride];
      }
    }
    return weights;
  };
}

/**
 * Vectors one behind the other: normal numbers made orthonormal by the modified Gram-Schmidt process, which leaves them uniform
 * on the sphere.
 */
function orthonormalVectors(vectors: number, length: number, rng: Rng): Float64Array {
  const basis = Float64Array.from({ length: vectors * length }, () => rng.standardNormal());
  for (let i = 0; i < vectors; i++) {
    const start = i * length;
    for (let other = 0; other < start; other += length) {
      let projection = 0;
      for (let k = 0; k < length; k++) projection += basis[other + k] * basis[start + k];
      for (let k = 0; k < length; k++) basis[start + k] -= projection * basis[other + k];
    }
    let norm = 0;
    for (let k = 0; k < length; k++) norm += basis[start + k] * basis[start + k];
    norm = Math.sqrt(norm);
    for (let k = 0; k < length; k++) basis[start + k] /= norm;
  }
  return basis;
}

/** N(0, σ²), whatever the size of the layer. */
export function normal(deviation: number): Initializer {
  return (shape, rng) => Float32Array.from({ length: count(shape) }, () => deviation * rng.standardNormal());
}

/** How the weight and bias of a layer begin; a choice for configurations. */
export type Initialization = 'orthogonal' | 'fan-in' | 'he' | 'glorot' | 'normal';

/**
 * Initialisers of a layer's weight and bias. Biases begin at 0, except for `fan-in`, which is PyTorch's default for both, and for
 * `normal`: weights N(0, (0.3 g)²) and biases of 0.1, for small networks.
 * @param fanIn numbers that feed one output
 * @param gain factor on the weights
 */
export function layerInitializers(
  initialization: Initialization,
  fanIn: number,
  gain: number,
): { weight: Initializer; bias: Initializer } {
  switch (initialization) {
    case 'orthogonal':
      return { weight: orthogonal(gain), bias: constant(0) };
    case 'fan-in':
      return { weight: uniformFanIn(gain), bias: uniformFanIn(gain, fanIn) };
    case 'he':
      return { weight: heUniform(gain), bias: constant(0) };
    case 'glorot':
      return { weight: glorotUniform(gain), bias: constant(0) };
    case 'normal':
      return { weight: normal(0.3 * gain), bias: constant(0.1) };
  }
}

/**
 * First values of a flat parameter vector, drawn in the order of the layout.
 * @param initializers one per parameter name
 * @returns `[layout.size]`
 * @throws ProgramError when a parameter has no initialiser
 */
export function initialize(layout: ParameterLayout, initializers: Readonly<Record<string, Initializer>>, rng: Rng): Float32Array {
  const flat = new Float32Array(layout.size);
  for (const { name, shape, offset } of layout.entries) {
    const initializer = initializers[name];
    if (!initializer) {
      throw new ProgramError(
        message('initialize', `parameter "${name}" must have an initialiser`, Object.keys(initializers), 'Add one'),
      );
    }
    flat.set(initializer(shape, rng), offset);
  }
  return flat;
}
