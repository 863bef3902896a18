import * as tf from '@tensorflow/tfjs-core';
import { binary, type Gradient, linear, sumToShape, unary } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

const subtract: Gradient = {
  kernelName: 'Sub',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => sumToShape(dy as tf.Tensor, a.shape),
    // Changes the sign after the sum, where there are fewer numbers.
    b: () => tf.neg(sumToShape(dy as tf.Tensor, b.shape)),
  }),
};

const divide: Gradient = {
  kernelName: 'RealDiv',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, [a, b]) => ({
    a: () => sumToShape(tf.div(dy as tf.Tensor, b), a.shape),
    // −a/b²; a divisor that was repeated divides the sum.
    b: () => tf.neg(tf.div(sumToShape(tf.mul(dy as tf.Tensor, a), b.shape), tf.square(b))),
  }),
};

const addAll: Gradient = {
  kernelName: 'AddN',
  saveAllInputs: true,
  gradFunc: (dy, saved) => Object.fromEntries(saved.map((_, i) => [i, () => (dy as tf.Tensor).clone()])),
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

/** Arithmetic, powers and roots. */
export const arithmeticGradients: readonly Gradient[] = [
  binary(
    'Add',
    (_a, _b, dy) => dy,
    (_a, _b, dy) => dy,
  ),
  subtract,
  binary(
    'Multiply',
    (_a, b, dy) => tf.mul(dy, b),
    (a, _b, dy) => tf.mul(dy, a),
  ),
  divide,
  addAll,
  // a mod b = a − b · floor(a / b)
  binary(
    'Mod',
    (_a, _b, dy) => dy,
    (a, b, dy) =>
      tf.mul(
        dy,
        withoutGradient(() => tf.neg(tf.floor(tf.div(a, b)))),
      ),
  ),
  binary(
    'SquaredDifference',
    (a, b, dy) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (a, b, dy) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  linear('Neg', dy => tf.neg(dy)),
  unary('Reciprocal', (x, dy) => tf.div(dy, tf.neg(tf.square(x)))),
  unary('Square', (x, dy) => tf.mul(dy, tf.mul(x, 2))),
  unary('Sqrt', (x, dy) => tf.div(dy, tf.mul(tf.sqrt(x), 2))),
  unary('Rsqrt', (x, dy) => tf.mul(dy, tf.div(tf.mul(tf.rsqrt(x), -0.5), x))),
  power,
];
