import * as tf from '@tensorflow/tfjs';
import { type Gradient, unary } from './gradient.ts';

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

export const shapeGradients: readonly Gradient[] = [
  unary('Tile', (x, dy, { reps }) => untile(dy, x.shape, reps as number[])),
  split,
  unstack,
];
