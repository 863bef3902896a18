import * as tf from '@tensorflow/tfjs-core';
import { type Gradient, sumToShape, unary } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

/** Where a rectifier lets its input through. Elements at the kink are not among them. */
const isPositive = (x: tf.Tensor): tf.Tensor => withoutGradient(() => tf.greater(x, 0));

const prelu: Gradient = {
  kernelName: 'Prelu',
  inputsToSave: ['x', 'alpha'],
  gradFunc: (dy, [x, alpha]) => {
    const d = dy as tf.Tensor;
    return {
      x: () => tf.where(isPositive(x), d, tf.mul(d, alpha)),
      alpha: () => sumToShape(tf.where(isPositive(x), tf.zerosLike(d), tf.mul(d, x)), alpha.shape),
    };
  },
};

/** Functions between the layers of a network. */
export const activationGradients: readonly Gradient[] = [
  unary('Relu', (x, dy) =>
    tf.mul(
      dy,
      withoutGradient(() => tf.step(x)),
    ),
  ),
  unary('Relu6', (x, dy) =>
    tf.mul(
      dy,
      withoutGradient(() => tf.mul(tf.cast(tf.lessEqual(x, 6), 'float32'), tf.step(x))),
    ),
  ),
  unary('LeakyRelu', (x, dy, { alpha }) => tf.where(isPositive(x), dy, tf.mul(dy, alpha as number))),
  prelu,
  unary('Tanh', (x, dy) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  unary('Sigmoid', (x, dy) => {
    const y = tf.sigmoid(x);
    return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
  }),
  // dy · min(elu(x), 0) + dy: e^x below zero and 1 above it, without a second exponential.
  unary('Elu', (x, dy) => tf.mul(dy, tf.add(tf.minimum(tf.elu(x), 0), 1))),
  unary('Selu', (x, dy) => {
    const { SELU_SCALE, SELU_SCALEALPHA } = tf.backend_util;
    const positive = isPositive(x);
    // e^0 where the other branch is taken: a large x would make it infinite, and an outer gradient 0 · ∞ = NaN.
    const exponential = tf.exp(tf.where(positive, tf.zerosLike(x), x));
    return tf.where(positive, tf.mul(dy, SELU_SCALE), tf.mul(tf.mul(dy, SELU_SCALEALPHA), exponential));
  }),
  unary('Softplus', (x, dy) => tf.mul(dy, tf.sigmoid(x))),
];
