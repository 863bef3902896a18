import * as tf from '@tensorflow/tfjs';
import { oneHot } from '../../nn/one-hot.ts';
import { poolingGradients } from './gradients-pooling.ts';
import { sliceGradients } from './gradients-slicing.ts';
import { withoutGradient } from './stop-gradient.ts';

/** One tensor's share of a chain rule: receives dL/dy and the saved inputs, returns dL/dx for each input by name. */
export interface Gradient {
  readonly kernelName: string;
  readonly inputsToSave?: string[];
  readonly gradFunc: tf.GradFunc;
}

/**
 * Registers gradients that are right in every order, in place of those of TensorFlow.js. Its own are
 * - silently wrong in second order where the operation saves its output (`tanh`, `exp`, `sigmoid`, `softmax`, `logSoftmax`,
 *   `elu`, `max`, `min`, `pow`, `maxPool`): the saved copy enters the tape before the operation does, so an outer gradient never
 *   reaches it. Here the output is computed again from the input; a compiler's common-subexpression pass makes that free;
 * - wrong in first order: `cumsum` along any axis but the last (transposed), `avgPool` with same padding (divides by the full
 *   window at the border), `floorDiv` and casts to integers (not zero), `abs` at 0 (−1), `max` and `min` with ties (each takes
 *   all), `select` (0 · ∞ = NaN in the branch not taken);
 * - missing: comparisons and logical operations (zero), strided slices, broadcast operands of `maximum`, `minimum`,
 *   `squaredDifference` and `matMul`, convolution and pooling in second order;
 * - slow: `tile` (and with it every broadcast), `gather` with batch dimensions, `rsqrt`, `mean`.
 *
 * Calling it again changes nothing. Outside its reach: `tf.losses.softmaxCrossEntropy` (second order stays wrong: write
 * it with `tf.logSoftmax`), and operations that have no gradient at all (`einsum`, `topk`, …), which say so when differentiated.
 */
export function registerGradients(): void {
  for (const gradient of gradients) {
    const registered = tf.getGradient(gradient.kernelName);
    if (registered === gradient) continue;
    // tfjs prints a warning when a gradient is overwritten.
    if (registered) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}

/** Gradient of y = f(x): `slope` returns dL/dx from x and dL/dy. */
function unary(kernelName: string, slope: (x: tf.Tensor, dy: tf.Tensor, attrs: Attributes) => tf.Tensor): Gradient {
  const gradFunc: tf.GradFunc = (dy, [x], attrs) => ({ x: () => slope(x, dy as tf.Tensor, attrs) });
  return { kernelName, inputsToSave: ['x'], gradFunc };
}

/** Gradient of z = f(a, b) with broadcasting: each slope has the shape of dy and is summed to its operand's. */
function binary(
  kernelName: string,
  slopeA: (a: tf.Tensor, b: tf.Tensor, dy: tf.Tensor) => tf.Tensor,
  slopeB: (a: tf.Tensor, b: tf.Tensor, dy: tf.Tensor) => tf.Tensor,
): Gradient {
  const gradFunc: tf.GradFunc = (dy, [a, b]) => ({
    a: () => sumToShape(slopeA(a, b, dy as tf.Tensor), a.shape),
    b: () => sumToShape(slopeB(a, b, dy as tf.Tensor), b.shape),
  });
  return { kernelName, inputsToSave: ['a', 'b'], gradFunc };
}

/** Gradient of an operation whose value is constant almost everywhere. */
function zero(kernelName: string, ...inputsToSave: string[]): Gradient {
  const gradFunc: tf.GradFunc = (_dy, saved) =>
    Object.fromEntries(inputsToSave.map((name, i) => [name, () => tf.zeros(saved[i].shape)]));
  return { kernelName, inputsToSave, gradFunc };
}

type Attributes = tf.NamedAttrMap;

/** Undoes broadcasting: sums over the axes along which a tensor of `shape` was repeated. */
function sumToShape(x: tf.Tensor, shape: number[]): tf.Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, x.shape);
  return tf.reshape(axes.length > 0 ? tf.sum(x, axes) : x, shape);
}

/** 1 where the comparison holds, else 0; a constant to outer gradients. */
function mask(compare: () => tf.Tensor): tf.Tensor {
  return withoutGradient(() => tf.cast(compare(), 'float32'));
}

/** `shape` with the reduced axes kept as 1. */
function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
}

function reducedAxes(axis: unknown, x: tf.Tensor): number[] {
  return tf.util.parseAxisParam(axis as number | number[], x.shape);
}

/** Gradient of a maximum or minimum over `axes`; elements that tie share dy in equal parts. */
function extremumSlope(x: tf.Tensor, y: tf.Tensor, dy: tf.Tensor, axes: number[]): tf.Tensor {
  const kept = keptShape(x.shape, axes);
  const share = withoutGradient(() => {
    const ties = tf.cast(tf.equal(x, tf.reshape(y, kept)), 'float32');
    return tf.div(ties, tf.sum(ties, axes, true));
  });
  return tf.mul(tf.reshape(dy, kept), share);
}

/** Products of all elements before (`reverse`: after) each one along axis 1 of `[n, size]`, in log2(size) steps. */
function exclusiveProduct(x: tf.Tensor2D, reverse: boolean): tf.Tensor2D {
  const [rows, size] = x.shape;
  const shift = (t: tf.Tensor2D, by: number): tf.Tensor2D =>
    by >= size
      ? tf.ones<tf.Rank.R2>([rows, size])
      : tf.pad(tf.slice(t, [0, reverse ? by : 0], [rows, size - by]), [[0, 0], reverse ? [0, by] : [by, 0]], 1);
  let product = shift(x, 1);
  for (let span = 1; span < size; span *= 2) product = tf.mul(product, shift(product, span));
  return product;
}

/** Product of all the other elements; no division, so zeros are no exception. */
function productSlope(x: tf.Tensor, dy: tf.Tensor, axes: number[]): tf.Tensor {
  const kept = x.shape.map((_, axis) => axis).filter(axis => !axes.includes(axis));
  const permutation = [...kept, ...axes];
  const size = tf.util.sizeFromShape(axes.map(axis => x.shape[axis]));
  const rows = tf.reshape(tf.transpose(x, permutation), [-1, size]) as tf.Tensor2D;
  const others = tf.mul(exclusiveProduct(rows, false), exclusiveProduct(rows, true));
  const slope = tf.reshape(
    tf.mul(tf.reshape(dy, [-1, 1]), others),
    permutation.map(axis => x.shape[axis]),
  );
  return tf.transpose(slope, tf.backend_util.getUndoAxesPermutation(permutation));
}

/** Sums the copies that `tile` made, one axis at a time. */
function untile(dy: tf.Tensor, shape: readonly number[], reps: readonly number[]): tf.Tensor {
  let sum = dy;
  for (let axis = 0; axis < shape.length; axis++) {
    if (reps[axis] === 1) continue;
    const before = tf.util.sizeFromShape(shape.slice(0, axis));
    sum = tf.sum(tf.reshape(sum, [before, reps[axis], -1]), 1);
  }
  return tf.reshape(sum, [...shape]);
}

/** Adds the rows of dy to the places they were gathered from: the product with a one-hot matrix, a batch at a time. */
function scatterSlope(x: tf.Tensor, indices: tf.Tensor, dy: tf.Tensor, axis: number, batchDims: number): tf.Tensor {
  const product = (from: number, to: number) => tf.util.sizeFromShape(x.shape.slice(from, to));
  const [batch, outer, size, inner] = [product(0, batchDims), product(batchDims, axis), x.shape[axis], product(axis + 1, x.rank)];
  const picks = indices.size / batch;
  const picked = withoutGradient(() => tf.reshape(oneHot(indices, size), [batch, picks, size]));
  const rows = tf.reshape(tf.transpose(tf.reshape(dy, [batch, outer, picks, inner]), [0, 2, 1, 3]), [
    batch,
    picks,
    outer * inner,
  ]);
  const sums = tf.reshape(tf.matMul(picked, rows, true), [batch, size, outer, inner]);
  return tf.reshape(tf.transpose(sums, [0, 2, 1, 3]), x.shape);
}

const matMul: Gradient = {
  kernelName: 'BatchMatMul',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b], { transposeA, transposeB }) => {
    const d = dy as tf.Tensor;
    const slopeA = () => (transposeA ? tf.matMul(b, d, !!transposeB, true) : tf.matMul(d, b, false, !transposeB));
    const slopeB = () => (transposeB ? tf.matMul(d, a, true, !!transposeA) : tf.matMul(a, d, !transposeA, false));
    return { a: () => sumToShape(slopeA(), a.shape), b: () => sumToShape(slopeB(), b.shape) };
  },
};

const conv2dFilterBackprop: Gradient = {
  kernelName: 'Conv2DBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradFunc: (ddFilter, [x, dy], { strides, pad, dataFormat, dimRoundingMode }) => {
    const attrs = { strides, pad, dataFormat, dimRoundingMode };
    const filter = ddFilter as tf.Tensor;
    return {
      x: () => tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...attrs, inputShape: x.shape }),
      dy: () => tf.engine().runKernel('Conv2D', { x, filter }, { ...attrs, dilations: [1, 1] }),
    };
  },
};

const softmax: Gradient = {
  kernelName: 'Softmax',
  inputsToSave: ['logits'],
  gradFunc: (dy, [logits], { dim }) => ({
    logits: () => {
      const y = tf.softmax(logits, dim as number);
      const weighted = tf.mul(dy as tf.Tensor, y);
      return tf.sub(weighted, tf.mul(tf.sum(weighted, dim as number, true), y));
    },
  }),
};

/**
 * `tf.logSoftmax` is no kernel but a function with a gradient of its own, which saves its output and is not given its input.
 * So the saved copy is moved to where it belongs on the tape: behind the operation.
 */
const logSoftmax: Gradient = {
  kernelName: 'logSoftmax__op',
  gradFunc: (dy, saved) => {
    const [y] = saved;
    const tape = tf.engine().state.activeTape;
    const operation = tape.findIndex(node => node.saved === saved);
    const copy = tape.findIndex(node => node.outputs.includes(y));
    if (copy < operation) tape.splice(operation, 0, ...tape.splice(copy, 1));
    const d = dy as tf.Tensor;
    return { 0: () => tf.sub(d, tf.mul(tf.sum(d, -1, true), tf.exp(y))) };
  },
};

const select: Gradient = {
  kernelName: 'Select',
  inputsToSave: ['condition'],
  gradFunc: (dy, [condition]) => {
    const d = dy as tf.Tensor;
    return {
      condition: () => tf.zeros(condition.shape),
      t: () => tf.where(condition, d, tf.zerosLike(d)),
      e: () => tf.where(condition, tf.zerosLike(d), d),
    };
  },
};

const gather: Gradient = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, [x, indices], { axis, batchDims }) => ({
    x: () => scatterSlope(x, indices, dy as tf.Tensor, reducedAxes(axis, x)[0], (batchDims as number | undefined) ?? 0),
    indices: () => tf.zeros(indices.shape),
  }),
};

// With a single piece tfjs hands over dy itself instead of a list of one.
const pieces = (dy: tf.Tensor | tf.Tensor[]): tf.Tensor[] => (Array.isArray(dy) ? dy : [dy]);
const split: Gradient = {
  kernelName: 'SplitV',
  gradFunc: (dy, _saved, { axis }) => ({ x: () => tf.concat(pieces(dy), axis as number) }),
};
const unstack: Gradient = {
  kernelName: 'Unpack',
  gradFunc: (dy, _saved, { axis }) => ({ value: () => tf.stack(pieces(dy), axis as number) }),
};

const power: Gradient = binary(
  'Pow',
  (a, b, dy) => {
    const exponent = tf.cast(b, 'float32');
    return tf.mul(dy, tf.mul(exponent, tf.pow(a, tf.sub(exponent, 1))));
  },
  (a, b, dy) => {
    const positive = withoutGradient(() => tf.greater(a, 0));
    // log of 1 where the base is not positive: log(0) would turn an outer gradient into NaN.
    const log = tf.log(tf.where(positive, a, tf.onesLike(a)));
    return tf.mul(dy, tf.mul(tf.pow(a, b), log));
  },
);

const gradients: readonly Gradient[] = [
  unary('Tanh', (x, dy) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  unary('Exp', (x, dy) => tf.mul(dy, tf.exp(x))),
  unary('Sigmoid', (x, dy) => {
    const y = tf.sigmoid(x);
    return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
  }),
  // dy · min(elu(x), 0) + dy: e^x below zero and 1 above it, without a second exponential.
  unary('Elu', (x, dy) => tf.mul(dy, tf.add(tf.minimum(tf.elu(x), 0), 1))),
  unary('Rsqrt', (x, dy) => tf.mul(dy, tf.div(tf.mul(tf.rsqrt(x), -0.5), x))),
  unary('Abs', (x, dy) =>
    tf.mul(
      dy,
      withoutGradient(() => tf.sign(tf.cast(x, 'float32'))),
    ),
  ),
  unary('ClipByValue', (x, dy, { clipValueMin, clipValueMax }) => {
    const inside = withoutGradient(() =>
      tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number)),
    );
    return tf.where(inside, dy, tf.zerosLike(dy));
  }),
  unary('Cast', (x, dy, { dtype }) => (dtype === 'float32' ? dy.clone() : tf.zeros(x.shape))),
  unary('Max', (x, dy, { reductionIndices }) => {
    const axes = reducedAxes(reductionIndices, x);
    return extremumSlope(x, tf.max(x, axes), dy, axes);
  }),
  unary('Min', (x, dy, { axis }) => {
    const axes = reducedAxes(axis, x);
    return extremumSlope(x, tf.min(x, axes), dy, axes);
  }),
  unary('Mean', (x, dy, { axis }) => {
    const kept = keptShape(x.shape, reducedAxes(axis, x));
    const scale = tf.util.sizeFromShape(kept) / x.size;
    return tf.mul(tf.reshape(tf.mul(dy, scale), kept), tf.onesLike(x));
  }),
  unary('Prod', (x, dy, { axis }) => productSlope(x, dy, reducedAxes(axis, x))),
  unary('Cumsum', (_x, dy, { axis, exclusive, reverse }) =>
    tf.cumsum(dy, axis as number, exclusive as boolean, !(reverse as boolean)),
  ),
  unary('Tile', (x, dy, { reps }) => untile(dy, x.shape, reps as number[])),
  // A tie goes to the first operand.
  binary(
    'Maximum',
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.greaterEqual(a, b)),
      ),
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.less(a, b)),
      ),
  ),
  binary(
    'Minimum',
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.lessEqual(a, b)),
      ),
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.greater(a, b)),
      ),
  ),
  binary(
    'SquaredDifference',
    (a, b, dy) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (a, b, dy) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  power,
  matMul,
  conv2dFilterBackprop,
  softmax,
  logSoftmax,
  select,
  gather,
  split,
  unstack,
  ...sliceGradients,
  ...poolingGradients,
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr', 'FloorDiv'].map(name =>
    zero(name, 'a', 'b'),
  ),
  ...['LogicalNot', 'All', 'Any', 'ArgMax', 'ArgMin'].map(name => zero(name, 'x')),
];
