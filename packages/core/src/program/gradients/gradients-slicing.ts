import * as tf from '@tensorflow/tfjs-core';
import { type Gradient, unary } from './gradient.ts';

/**
 * Transpose of a strided slice: puts the elements of `dy` back at `begin + i · strides` of a tensor of `shape`, zeros elsewhere.
 * Only reshapes, pads and slices, so it can be differentiated again.
 * @param dy as many axes as `shape`; `strides` are positive
 */
export function unslice(
  dy: tf.Tensor,
  shape: readonly number[],
  begin: readonly number[],
  strides: readonly number[],
): tf.Tensor {
  let x = dy;
  for (let axis = 0; axis < shape.length; axis++) {
    const [count, stride] = [x.shape[axis], strides[axis]];
    if (stride === 1 || count < 2) continue;
    // Each element is followed by stride - 1 zeros; those behind the last one are cut off again.
    const [before, after] = [tf.util.sizeFromShape(x.shape.slice(0, axis)), tf.util.sizeFromShape(x.shape.slice(axis + 1))];
    const gaps = tf.pad(tf.reshape(x, [before, count, 1, after]), [
      [0, 0],
      [0, 0],
      [0, stride - 1],
      [0, 0],
    ]);
    const length = (count - 1) * stride + 1;
    const line = tf.slice(tf.reshape(gaps, [before, count * stride, after]), [0, 0, 0], [before, length, after]);
    x = tf.reshape(line, [...x.shape.slice(0, axis), length, ...x.shape.slice(axis + 1)]);
  }
  return tf.pad(
    x,
    shape.map((size, axis): [number, number] => [begin[axis], size - begin[axis] - x.shape[axis]]),
  );
}

const stridedSlice: Gradient = {
  kernelName: 'StridedSlice',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], attrs) => ({
    x: () => {
      const { begin, end, strides } = tf.slice_util.sliceInfo(
        x.shape,
        attrs.begin as number[],
        attrs.end as number[],
        attrs.strides as number[],
        attrs.beginMask as number,
        attrs.endMask as number,
        attrs.ellipsisMask as number,
        attrs.newAxisMask as number,
        attrs.shrinkAxisMask as number,
      );
      // The result before axes of one element are dropped and new ones are put in.
      const shape = tf.slice_util.computeOutShape(begin, end, strides);
      const backwards = strides.flatMap((stride, axis) => (stride < 0 ? [axis] : []));
      const sparse = tf.reshape(dy as tf.Tensor, shape);
      const forward = backwards.length > 0 ? tf.reverse(sparse, backwards) : sparse;
      // Read backwards, the last element picked is the first in memory.
      const first = begin.map((start, axis) => (strides[axis] < 0 ? start + (shape[axis] - 1) * strides[axis] : start));
      return unslice(forward, x.shape, first, strides.map(Math.abs));
    },
  }),
};

export const sliceGradients: readonly Gradient[] = [
  unary('Slice', (x, dy, attrs) => {
    const [begin, size] = tf.slice_util.parseSliceParams(x, attrs.begin as number[], attrs.size as number[]);
    return tf.pad(
      dy,
      x.shape.map((all, axis): [number, number] => [begin[axis], all - begin[axis] - size[axis]]),
    );
  }),
  stridedSlice,
];
