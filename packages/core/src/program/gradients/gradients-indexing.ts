import * as tf from '@tensorflow/tfjs-core';
import { oneHot } from '../../nn/one-hot.ts';
import { type Gradient, reducedAxes, zero } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

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

const gather: Gradient = {
  kernelName: 'GatherV2',
  inputsToSave: ['x', 'indices'],
  gradFunc: (dy, [x, indices], { axis, batchDims }) => ({
    x: () => scatterSlope(x, indices, dy as tf.Tensor, reducedAxes(axis, x)[0], (batchDims as number | undefined) ?? 0),
    indices: () => tf.zeros(indices.shape),
  }),
};

/** Each row gets the gradient of the sum that it went into; rows of a negative segment went nowhere. */
const segmentSum: Gradient = {
  kernelName: 'UnsortedSegmentSum',
  inputsToSave: ['x', 'segmentIds'],
  gradFunc: (dy, [x, ids]) => ({
    x: () => {
      const rows = tf.gather(dy as tf.Tensor, withoutGradient(() => tf.maximum(ids, tf.zerosLike(ids))) as tf.Tensor1D);
      const wide = [...ids.shape, ...x.shape.slice(ids.rank).map(() => 1)];
      const counted = withoutGradient(() => tf.reshape(tf.greaterEqual(ids, 0), wide));
      return tf.where(counted, rows, tf.zerosLike(rows));
    },
    segmentIds: () => tf.zeros(ids.shape),
  }),
};

export const indexingGradients: readonly Gradient[] = [gather, segmentSum, zero('OneHot', 'indices')];
