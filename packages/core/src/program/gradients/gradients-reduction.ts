import * as tf from '@tensorflow/tfjs-core';
import { type Gradient, reducedAxes, unary, zero } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

/** `shape` with the reduced axes kept as 1. */
function keptShape(shape: readonly number[], axes: readonly number[]): number[] {
  return shape.map((size, axis) => (axes.includes(axis) ? 1 : size));
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

/** Of the kernel, which `tf.logSoftmax` does not use. */
const logSoftmaxKernel: Gradient = {
  kernelName: 'LogSoftmax',
  inputsToSave: ['logits'],
  gradFunc: (dy, [logits], { axis }) => ({
    logits: () => {
      const d = dy as tf.Tensor;
      return tf.sub(d, tf.mul(tf.sum(d, axis as number, true), tf.softmax(logits, axis as number)));
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

export const reductionGradients: readonly Gradient[] = [
  unary('Max', (x, dy, { reductionIndices }) => {
    const axes = reducedAxes(reductionIndices, x);
    return extremumSlope(x, tf.max(x, axes), dy, axes);
  }),
  unary('Min', (x, dy, { axis }) => {
    const axes = reducedAxes(axis, x);
    return extremumSlope(x, tf.min(x, axes), dy, axes);
  }),
  unary('Sum', (x, dy, { axis }) => {
    const kept = keptShape(x.shape, reducedAxes(axis, x));
    return tf.mul(tf.reshape(dy, kept), tf.ones(x.shape));
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
  softmax,
  logSoftmax,
  logSoftmaxKernel,
  ...['All', 'Any', 'ArgMax', 'ArgMin'].map(name => zero(name, 'x')),
];
