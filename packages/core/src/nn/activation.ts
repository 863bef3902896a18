import * as tf from '@tensorflow/tfjs-core';

const FUNCTIONS = {
  linear: (x: tf.Tensor) => x,
  relu: (x: tf.Tensor) => tf.relu(x),
  /** x between 0 and 6, the nearer of them beyond (Krizhevsky 2010). */
  relu6: (x: tf.Tensor) => tf.clipByValue(x, 0, 6),
  /** x above 0, 0.01 x below. */
  leakyRelu: (x: tf.Tensor) => tf.leakyRelu(x, 0.01),
  /** x above 0, eˣ − 1 below. */
  elu: (x: tf.Tensor) => tf.elu(x),
  /** x Φ(x), exactly (Hendrycks & Gimpel 2016). */
  gelu: (x: tf.Tensor) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  /** x · sigmoid(x), also called swish. */
  silu: (x: tf.Tensor) => tf.mul(x, tf.sigmoid(x)),
  tanh: (x: tf.Tensor) => tf.tanh(x),
  sigmoid: (x: tf.Tensor) => tf.sigmoid(x),
  /** log(1 + eˣ). */
  softplus: (x: tf.Tensor) => tf.softplus(x),
} as const;

/** Name of an elementwise function between layers. */
export type Activation = keyof typeof FUNCTIONS;

/** Names of all activations, for the choices of a setting. */
export const activations = Object.keys(FUNCTIONS) as readonly Activation[];

/** Applies an activation to each element. */
export function activate(activation: Activation, x: tf.Tensor): tf.Tensor {
  return FUNCTIONS[activation](x);
}
