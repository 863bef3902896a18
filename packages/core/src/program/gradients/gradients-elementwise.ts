import * as tf from '@tensorflow/tfjs';
import { binary, type Gradient, unary, zero } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

/** 1 where the comparison holds, else 0; a constant to outer gradients. */
function mask(compare: () => tf.Tensor): tf.Tensor {
  return withoutGradient(() => tf.cast(compare(), 'float32'));
}

const select: Gradient = {
  kernelName: 'Select',
  inputsToSave: ['condition'],
  gradFunc: (dy, [condition]) => {
    const d = dy as tf.Tensor;
    return {
      condition: () => tf.zeros(condition.shape),
      t: () => tf.where(condition, d, tf.zerosLike(d)),
      e: () => tf.where(condition, tf.zerosLike(d), d),
    };
  },
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

export const elementwiseGradients: readonly Gradient[] = [
  unary('Tanh', (x, dy) => tf.mul(dy, tf.sub(1, tf.square(tf.tanh(x))))),
  unary('Exp', (x, dy) => tf.mul(dy, tf.exp(x))),
  unary('Sigmoid', (x, dy) => {
    const y = tf.sigmoid(x);
    return tf.mul(dy, tf.mul(y, tf.sub(1, y)));
  }),
  // dy · min(elu(x), 0) + dy: e^x below zero and 1 above it, without a second exponential.
  unary('Elu', (x, dy) => tf.mul(dy, tf.add(tf.minimum(tf.elu(x), 0), 1))),
  unary('Rsqrt', (x, dy) => tf.mul(dy, tf.div(tf.mul(tf.rsqrt(x), -0.5), x))),
  unary('Abs', (x, dy) =>
    tf.mul(
      dy,
      withoutGradient(() => tf.sign(tf.cast(x, 'float32'))),
    ),
  ),
  unary('ClipByValue', (x, dy, { clipValueMin, clipValueMax }) => {
    const inside = withoutGradient(() =>
      tf.logicalAnd(tf.greaterEqual(x, clipValueMin as number), tf.lessEqual(x, clipValueMax as number)),
    );
    return tf.where(inside, dy, tf.zerosLike(dy));
  }),
  unary('Cast', (x, dy, { dtype }) => (dtype === 'float32' ? dy.clone() : tf.zeros(x.shape))),
  // A tie goes to the first operand.
  binary(
    'Maximum',
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.greaterEqual(a, b)),
      ),
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.less(a, b)),
      ),
  ),
  binary(
    'Minimum',
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.lessEqual(a, b)),
      ),
    (a, b, dy) =>
      tf.mul(
        dy,
        mask(() => tf.greater(a, b)),
      ),
  ),
  binary(
    'SquaredDifference',
    (a, b, dy) => tf.mul(dy, tf.mul(tf.sub(a, b), 2)),
    (a, b, dy) => tf.mul(dy, tf.mul(tf.sub(b, a), 2)),
  ),
  power,
  select,
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr', 'FloorDiv'].map(name =>
    zero(name, 'a', 'b'),
  ),
  zero('LogicalNot', 'x'),
];
