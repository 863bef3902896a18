import * as tf from '@tensorflow/tfjs-core';
import { type Gradient, linear, reducedAxes, sumToShape, unary } from './gradient.ts';

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

const concat: Gradient = {
  kernelName: 'Concat',
  saveAllInputs: true,
  gradFunc: (dy, saved, attrs) => {
    const [axis] = reducedAxes(attrs.axis, saved[0]);
    const sizes = saved.map(({ shape }) => shape[axis]);
    const parts = tf.split(dy as tf.Tensor, sizes, axis);
    return Object.fromEntries(parts.map((part, i) => [i, () => part]));
  },
};
const stack: Gradient = {
  kernelName: 'Pack',
  gradFunc: (dy, _saved, { axis }) => {
    const parts = tf.unstack(dy as tf.Tensor, axis as number);
    return Object.fromEntries(parts.map((part, i) => [i, () => part]));
  },
};

const expandDims: Gradient = {
  kernelName: 'ExpandDims',
  inputsToSave: ['input'],
  gradFunc: (dy, [input]) => ({ input: () => tf.reshape(dy as tf.Tensor, input.shape) }),
};

/**
 * Sends what mirrored borders received back to the elements that they repeat, one axis at a time.
 * @param x the tensor that was padded
 * @param edge how many elements at each end are not repeated: 1 with `reflect`, 0 with `symmetric`
 */
function unmirror(dy: tf.Tensor, x: tf.Tensor, paddings: readonly [number, number][], edge: number): tf.Tensor {
  let sum = dy;
  for (const [axis, [before, after]] of paddings.entries()) {
    const [whole, size] = [sum, x.shape[axis]];
    const part = (begin: number, length: number) => {
      const from = whole.shape.map((_, other) => (other === axis ? begin : 0));
      return tf.slice(
        whole,
        from,
        whole.shape.map((all, other) => (other === axis ? length : all)),
      );
    };
    /** A mirrored border, laid over the elements `first` to `first + length` of the axis. */
    const fold = (begin: number, length: number, first: number) =>
      tf.pad(
        tf.reverse(part(begin, length), axis),
        whole.shape.map((_, other): [number, number] => (other === axis ? [first, size - first - length] : [0, 0])),
      );
    sum = part(before, size);
    if (before > 0) sum = tf.add(sum, fold(0, before, edge));
    if (after > 0) sum = tf.add(sum, fold(before + size, after, size - edge - after));
  }
  return sum;
}

export const shapeGradients: readonly Gradient[] = [
  unary('Tile', (x, dy, { reps }) => untile(dy, x.shape, reps as number[])),
  unary('BroadcastTo', (x, dy) => sumToShape(dy, x.shape)),
  unary('Reshape', (x, dy) => tf.reshape(dy, x.shape)),
  expandDims,
  linear('Transpose', (dy, { perm }) => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm as number[]))),
  linear('Reverse', (dy, { dims }) => tf.reverse(dy, reducedAxes(dims, dy))),
  concat,
  split,
  stack,
  unstack,
  unary('PadV2', (x, dy, { paddings }) =>
    tf.slice(
      dy,
      (paddings as [number, number][]).map(([before]) => before),
      x.shape,
    ),
  ),
  unary('MirrorPad', (x, dy, { paddings, mode }) => unmirror(dy, x, paddings as [number, number][], mode === 'reflect' ? 1 : 0)),
];
