import * as tf from '@tensorflow/tfjs-core';
import { message, ProgramError } from '@zpin/contracts';
import { type Gradient, sumToShape } from './gradient.ts';

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

/** Attributes that a convolution and its two transposes share. */
function windowAttributes({ strides, pad, dataFormat, dimRoundingMode }: tf.NamedAttrMap): tf.NamedAttrMap {
  return { strides, pad, dataFormat, dimRoundingMode };
}

// A convolution is linear in the image x and in the filter: y = C(x, f), with the transposes dx = I(dy, f) and df = F(x, dy).
const convolve = (x: tf.Tensor, filter: tf.Tensor, attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel('Conv2D', { x, filter }, { ...windowAttributes(attrs), dilations: [1, 1] });
const toImage = (dy: tf.Tensor, filter: tf.Tensor, inputShape: number[], attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel('Conv2DBackpropInput', { dy, filter }, { ...windowAttributes(attrs), inputShape });
const toFilter = (x: tf.Tensor, dy: tf.Tensor, filterShape: number[], attrs: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, { ...windowAttributes(attrs), filterShape });

const conv2d: Gradient = {
  kernelName: 'Conv2D',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, [x, filter], attrs) => {
    // The transposes know no dilation.
    if (!tf.backend_util.tupleValuesAreOne(attrs.dilations as number | number[]))
      throw new ProgramError(
        message('gradient of conv2d', 'the dilation must be 1', String(attrs.dilations), 'Use a larger filter or a stride'),
      );
    return {
      x: () => toImage(dy as tf.Tensor, filter, x.shape, attrs),
      filter: () => toFilter(x, dy as tf.Tensor, filter.shape, attrs),
    };
  },
};

const conv2dInputBackprop: Gradient = {
  kernelName: 'Conv2DBackpropInput',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (ddx, [dy, filter], attrs) => ({
    dy: () => convolve(ddx as tf.Tensor, filter, attrs),
    filter: () => toFilter(ddx as tf.Tensor, dy, filter.shape, attrs),
  }),
};

const conv2dFilterBackprop: Gradient = {
  kernelName: 'Conv2DBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradFunc: (ddFilter, [x, dy], attrs) => ({
    x: () => toImage(dy, ddFilter as tf.Tensor, x.shape, attrs),
    dy: () => convolve(x, ddFilter as tf.Tensor, attrs),
  }),
};

export const linearGradients: readonly Gradient[] = [matMul, conv2d, conv2dInputBackprop, conv2dFilterBackprop];
