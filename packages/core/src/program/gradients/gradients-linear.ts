import * as tf from '@tensorflow/tfjs';
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

export const linearGradients: readonly Gradient[] = [matMul, conv2dFilterBackprop];
