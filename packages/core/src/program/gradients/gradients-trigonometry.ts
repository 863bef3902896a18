import * as tf from '@tensorflow/tfjs-core';
import { binary, type Gradient, unary } from './gradient.ts';

/** √(1 − x²) */
const cosineOfArcsine = (x: tf.Tensor): tf.Tensor => tf.sqrt(tf.sub(1, tf.square(x)));

/** Functions of angles, hyperbolic ones, and their inverses. */
export const trigonometryGradients: readonly Gradient[] = [
  unary('Sin', (x, dy) => tf.mul(tf.cos(x), dy)),
  unary('Cos', (x, dy) => tf.mul(tf.neg(tf.sin(x)), dy)),
  unary('Tan', (x, dy) => tf.div(dy, tf.square(tf.cos(x)))),
  unary('Sinh', (x, dy) => tf.mul(tf.cosh(x), dy)),
  unary('Cosh', (x, dy) => tf.mul(tf.sinh(x), dy)),
  unary('Asin', (x, dy) => tf.div(dy, cosineOfArcsine(x))),
  unary('Acos', (x, dy) => tf.neg(tf.div(dy, cosineOfArcsine(x)))),
  unary('Atan', (x, dy) => tf.div(dy, tf.add(tf.square(x), 1))),
  unary('Asinh', (x, dy) => tf.div(dy, tf.sqrt(tf.add(tf.square(x), 1)))),
  unary('Acosh', (x, dy) => tf.div(dy, tf.sqrt(tf.sub(tf.square(x), 1)))),
  unary('Atanh', (x, dy) => tf.div(dy, tf.sub(1, tf.square(x)))),
  // The angle of the point (b, a): its gradient is (b, −a) over the squared distance from the origin.
  binary(
    'Atan2',
    (a, b, dy) => tf.mul(dy, tf.div(b, tf.add(tf.square(a), tf.square(b)))),
    (a, b, dy) => tf.neg(tf.mul(dy, tf.div(a, tf.add(tf.square(a), tf.square(b))))),
  ),
];
