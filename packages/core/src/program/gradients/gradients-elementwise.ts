import * as tf from '@tensorflow/tfjs-core';
import { binary, flat, type Gradient, linear, unary, zero } from './gradient.ts';
import { withoutGradient } from './stop-gradient.ts';

/** The gradient where the comparison holds, else 0; the choice is a constant to outer gradients. */
function choose(dy: tf.Tensor, compare: () => tf.Tensor): tf.Tensor {
  return tf.where(withoutGradient(compare), dy, tf.zerosLike(dy));
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

export const elementwiseGradients: readonly Gradient[] = [
  unary('Exp', (x, dy) => tf.mul(dy, tf.exp(x))),
  unary('Expm1', (x, dy) => tf.mul(dy, tf.exp(x))),
  unary('Log', (x, dy) => tf.div(dy, x)),
  unary('Log1p', (x, dy) => tf.div(dy, tf.add(x, 1))),
  // erf′(x) = 2/√π · e^(−x²)
  unary('Erf', (x, dy) => tf.mul(dy, tf.mul(tf.exp(tf.neg(tf.square(x))), 2 / Math.sqrt(Math.PI)))),
  linear('Identity', dy => dy.clone()),
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
    (a, b, dy) => choose(dy, () => tf.greaterEqual(a, b)),
    (a, b, dy) => choose(dy, () => tf.less(a, b)),
  ),
  binary(
    'Minimum',
    (a, b, dy) => choose(dy, () => tf.lessEqual(a, b)),
    (a, b, dy) => choose(dy, () => tf.greater(a, b)),
  ),
  select,
  ...['Equal', 'NotEqual', 'Greater', 'GreaterEqual', 'Less', 'LessEqual', 'LogicalAnd', 'LogicalOr', 'FloorDiv'].map(name =>
    zero(name, 'a', 'b'),
  ),
  ...['Ceil', 'Floor', 'Round', 'Sign', 'Step', 'IsFinite', 'IsInf', 'IsNan', 'LogicalNot', 'OnesLike', 'ZerosLike'].map(flat),
];
