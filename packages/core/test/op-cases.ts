import * as tf from '@tensorflow/tfjs-core';

/** Numbers of one input tensor. Booleans are 0 and 1. */
export interface CaseInput {
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly values: readonly number[];
}

/** One use of one operation: what is run, on which numbers, and which derivatives it has. */
export interface OpCase {
  readonly name: string;
  readonly inputs: readonly CaseInput[];
  /** Pure function of the inputs; returns one tensor. */
  readonly run: (...inputs: tf.Tensor[]) => tf.Tensor;
  /** Dtype of the result. */
  readonly dtype: 'float32' | 'int32' | 'bool';
  /**
   * Highest order of derivative that is checked, with respect to all float inputs: 0 has none (integers, comparisons), 1 has a
   * gradient only, 2 has a gradient of its gradient too.
   */
  readonly order: 0 | 1 | 2;
}

/** The input as a tensor of the present backend. */
export function toTensor({ shape, dtype, values }: CaseInput): tf.Tensor {
  return tf.tensor(Array.from(values), [...shape], dtype);
}

/**
 * A scalar whose gradient reaches every element of a float result with a weight of its own that also depends on the result,
 * so that derivatives of linear operations in second order are not all zero: Σ wᵢ yᵢ + ½ Σ yᵢ².
 */
export function scalarise(y: tf.Tensor): tf.Scalar {
  const weights = tf.tensor(spread([y.size], -1, 1).values.slice(), y.shape);
  return tf.add(tf.sum(tf.mul(y, weights)), tf.mul(tf.sum(tf.square(y)), 0.5));
}

/** Numbers that fill [low, high] evenly in a scattered order: all distinct, and the same at every run. */
function spread(shape: readonly number[], low: number, high: number): CaseInput {
  const size = shape.reduce((a, b) => a * b, 1);
  let stride = Math.max(1, Math.round(size * 0.618));
  while (greatestCommonDivisor(stride, size) !== 1) stride++;
  const values = Array.from({ length: size }, (_, i) => low + ((high - low) * (((i * stride) % size) + 0.5)) / size);
  return { shape, dtype: 'float32', values };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

const floats = (shape: readonly number[], ...values: readonly number[]): CaseInput => ({ shape, dtype: 'float32', values });
const ints = (shape: readonly number[], ...values: readonly number[]): CaseInput => ({ shape, dtype: 'int32', values });
const bools = (shape: readonly number[], ...values: readonly number[]): CaseInput => ({ shape, dtype: 'bool', values });

/** An operation that can be differentiated twice. */
function smooth(name: string, inputs: readonly CaseInput[], run: OpCase['run']): OpCase {
  return { name, inputs, run, dtype: 'float32', order: 2 };
}

/** An operation without derivatives. */
function discrete(name: string, dtype: OpCase['dtype'], inputs: readonly CaseInput[], run: OpCase['run']): OpCase {
  return { name, inputs, run, dtype, order: 0 };
}

const x = spread([3, 4], -1.5, 1.5);
const y = spread([3, 4], 0.4, 2);
const z = { ...spread([3, 4], -1, 1.2), values: spread([3, 4], -1, 1.2).values.toReversed() };
const positive = spread([3, 4], 0.5, 2.5);
const row = spread([4], -1.1, 0.9);
const column = spread([3, 1], 0.7, 1.4);
const matrix = (rows: number, columns: number) => spread([rows, columns], -1, 1);
const image = spread([2, 6, 5, 3], -1, 1);
const oddImage = spread([1, 7, 6, 2], -1, 1);
const filter = (height: number, width: number, input: number, output: number) =>
  spread([height, width, input, output], -0.6, 0.5);

/** Calls a kernel that no function of TensorFlow.js calls. */
const kernel = (name: string, inputs: tf.NamedTensorMap, attributes: tf.NamedAttrMap): tf.Tensor =>
  tf.engine().runKernel(name, inputs, attributes);

// Two of them its own backends do not even have.
for (const backendName of ['cpu', 'wasm']) {
  tf.registerKernel({
    kernelName: 'LogSoftmax',
    backendName,
    kernelFunc: ({ inputs }) => tf.logSoftmax(inputs.logits as tf.Tensor),
  });
  tf.registerKernel({
    kernelName: 'BroadcastTo',
    backendName,
    kernelFunc: ({ inputs, attrs }) => tf.broadcastTo(inputs.x as tf.Tensor, attrs?.shape as number[]),
  });
}

const elementwise: readonly OpCase[] = [
  smooth('neg', [x], a => tf.neg(a)),
  smooth('abs', [x], a => tf.abs(a)),
  smooth('square', [x], a => tf.square(a)),
  smooth('exp', [x], a => tf.exp(a)),
  smooth('expm1', [x], a => tf.expm1(a)),
  smooth('log', [positive], a => tf.log(a)),
  smooth('log1p', [positive], a => tf.log1p(a)),
  smooth('sqrt', [positive], a => tf.sqrt(a)),
  smooth('rsqrt', [positive], a => tf.rsqrt(a)),
  smooth('reciprocal', [positive], a => tf.reciprocal(a)),
  smooth('tanh', [x], a => tf.tanh(a)),
  smooth('sigmoid', [x], a => tf.sigmoid(a)),
  smooth('relu', [x], a => tf.relu(a)),
  smooth('relu6', [spread([12], -2.1, 8.3)], a => tf.relu6(a)),
  smooth('elu', [x], a => tf.elu(a)),
  smooth('selu', [x], a => tf.selu(a)),
  smooth('leakyRelu', [x], a => tf.leakyRelu(a, 0.1)),
  smooth('softplus', [x], a => tf.softplus(a)),
  smooth('silu', [x], a => tf.mul(a, tf.sigmoid(a))),
  smooth('erf', [x], a => tf.erf(a)),
  smooth('gelu', [x], a => tf.mul(tf.mul(a, 0.5), tf.add(tf.erf(tf.mul(a, Math.SQRT1_2)), 1))),
  smooth('clipByValue', [x], a => tf.clipByValue(a, -0.8, 0.55)),
  smooth('identity', [x], a => a.clone()),
  smooth('prelu', [x, spread([4], 0.1, 0.4)], (a, slope) => tf.prelu(a, slope)),
  smooth('prelu with a slope for each element', [x, y], (a, slope) => tf.prelu(a, slope)),
  smooth('step', [x], a => tf.add(tf.step(a), tf.square(a))),
  smooth('sign', [x], a => tf.add(tf.sign(a), tf.square(a))),
  smooth('floor', [x], a => tf.add(tf.floor(a), tf.square(a))),
  smooth('ceil', [x], a => tf.add(tf.ceil(a), tf.square(a))),
  smooth('round', [spread([12], -2.2, 2.4)], a => tf.add(tf.round(a), tf.square(a))),
  smooth('onesLike', [x], a => tf.mul(tf.onesLike(a), tf.square(a))),
  smooth('zerosLike', [x], a => tf.add(tf.zerosLike(a), tf.square(a))),
  smooth('isNaN', [x], a => tf.where(tf.isNaN(a), tf.zerosLike(a), tf.square(a))),
  smooth('isInf', [x], a => tf.where(tf.isInf(a), tf.zerosLike(a), tf.square(a))),
  smooth('isFinite', [x], a => tf.where(tf.isFinite(a), tf.square(a), tf.zerosLike(a))),
  discrete('round half to even', 'float32', [floats([6], -2.5, -1.5, -0.5, 0.5, 1.5, 2.5)], a => tf.round(a)),
  discrete('sign of zero', 'float32', [floats([3], -2, 0, 3)], a => tf.sign(a)),
  discrete('step at zero', 'float32', [floats([3], -2, 0, 3)], a => tf.step(a)),
  discrete('isNaN of such', 'bool', [floats([3], 1, Number.NaN, 3)], a => tf.isNaN(a)),
  discrete('isInf of such', 'bool', [floats([3], 1, Number.NaN, Number.NEGATIVE_INFINITY)], a => tf.isInf(a)),
  discrete('isFinite of such', 'bool', [floats([3], 1, Number.NaN, Number.POSITIVE_INFINITY)], a => tf.isFinite(a)),
  discrete('eluGrad', 'float32', [x, z], (dy, y) => kernel('EluGrad', { dy, y }, {})),
];

const inside = spread([3, 4], -0.85, 0.8);
const trigonometry: readonly OpCase[] = [
  smooth('sin', [x], a => tf.sin(a)),
  smooth('cos', [x], a => tf.cos(a)),
  smooth('tan', [inside], a => tf.tan(a)),
  smooth('sinh', [x], a => tf.sinh(a)),
  smooth('cosh', [x], a => tf.cosh(a)),
  smooth('asin', [inside], a => tf.asin(a)),
  smooth('acos', [inside], a => tf.acos(a)),
  smooth('atan', [x], a => tf.atan(a)),
  smooth('asinh', [x], a => tf.asinh(a)),
  smooth('acosh', [spread([3, 4], 1.4, 3)], a => tf.acosh(a)),
  smooth('atanh', [inside], a => tf.atanh(a)),
  smooth('atan2 in all quadrants', [x, { ...z, values: z.values.map(value => 1.3 * value) }], (a, b) => tf.atan2(a, b)),
  smooth('atan2 of a column and a row', [column, row], (a, b) => tf.atan2(a, b)),
];

const binary: readonly OpCase[] = [
  smooth('add', [x, z], (a, b) => tf.add(a, b)),
  smooth('add a row', [x, row], (a, b) => tf.add(a, b)),
  smooth('add a number', [x], a => tf.add(a, 2.5)),
  smooth('add a scalar tensor', [x, floats([], 0.3)], (a, b) => tf.add(a, b)),
  smooth('addN', [x, y, z], (a, b, c) => tf.addN([a, b, c])),
  smooth('sub', [x, z], (a, b) => tf.sub(a, b)),
  smooth('sub from a row', [row, x], (a, b) => tf.sub(a, b)),
  smooth('mul', [x, z], (a, b) => tf.mul(a, b)),
  smooth('mul with both broadcast', [column, row], (a, b) => tf.mul(a, b)),
  smooth('mul with itself', [x], a => tf.mul(a, a)),
  smooth('div', [x, y], (a, b) => tf.div(a, b)),
  smooth('div by a column', [x, column], (a, b) => tf.div(a, b)),
  smooth('div of a row', [row, y], (a, b) => tf.div(a, b)),
  smooth('div of a number', [positive], a => tf.div(1, a)),
  smooth('pow', [positive, x], (a, b) => tf.pow(a, b)),
  smooth('pow with a number', [positive], a => tf.pow(a, 2.5)),
  smooth('square by pow of negatives', [x], a => tf.pow(a, 2)),
  smooth('squaredDifference', [x, z], (a, b) => tf.squaredDifference(a, b)),
  smooth('squaredDifference to a row', [row, x], (a, b) => tf.squaredDifference(a, b)),
  smooth('maximum', [x, z], (a, b) => tf.maximum(a, b)),
  smooth('maximum with a number', [x], a => tf.maximum(a, 0.05)),
  smooth('maximum with a row', [x, spread([4], -1.2, 1)], (a, b) => tf.maximum(a, b)),
  smooth('minimum', [x, z], (a, b) => tf.minimum(a, b)),
  smooth('minimum with a column', [column, y], (a, b) => tf.minimum(a, b)),
  smooth('mod', [floats([6], -4.1, -2.6, -0.7, 0.4, 2.2, 4.1), floats([], 1.5)], (a, b) => tf.mod(a, b)),
  smooth('mod with a row', [floats([2, 3], 4, -3.1, 2.9, 5.8, 4.4, 0.5), floats([3], 1.1, 1.7, 2.3)], (a, b) => tf.mod(a, b)),
  discrete('mod of integers', 'int32', [ints([5], -7, -3, 0, 4, 9), ints([], 4)], (a, b) => tf.mod(a, b)),
  smooth('mask of a floorDiv', [positive], a => tf.mul(tf.cast(tf.floorDiv(a, tf.scalar(0.7)), 'float32'), tf.square(a))),
  discrete('floorDiv', 'int32', [ints([5], -7, -3, 0, 4, 9), ints([], 4)], (a, b) => tf.floorDiv(a, b)),
  discrete('add integers', 'int32', [ints([3], 1, -2, 3), ints([3], 10, 20, 30)], (a, b) => tf.add(a, b)),
  discrete('mul integers', 'int32', [ints([3], 1, -2, 3), ints([], 7)], (a, b) => tf.mul(a, b)),
];

const comparisons: readonly OpCase[] = [
  discrete('equal', 'bool', [ints([4], 1, 2, 3, 4), ints([4], 1, 0, 3, 5)], (a, b) => tf.equal(a, b)),
  discrete('notEqual', 'bool', [ints([4], 1, 2, 3, 4), ints([4], 1, 0, 3, 5)], (a, b) => tf.notEqual(a, b)),
  discrete('greater', 'bool', [floats([4], 1, 2, 3, 4), floats([], 3)], (a, b) => tf.greater(a, b)),
  discrete('greaterEqual', 'bool', [floats([4], 1, 2, 3, 4), floats([], 3)], (a, b) => tf.greaterEqual(a, b)),
  discrete('less', 'bool', [floats([4], 1, 2, 3, 4), floats([], 3)], (a, b) => tf.less(a, b)),
  discrete('lessEqual', 'bool', [floats([4], 1, 2, 3, 4), floats([], 3)], (a, b) => tf.lessEqual(a, b)),
  discrete('logicalAnd', 'bool', [bools([4], 0, 0, 1, 1), bools([4], 0, 1, 0, 1)], (a, b) => tf.logicalAnd(a, b)),
  discrete('logicalOr', 'bool', [bools([4], 0, 0, 1, 1), bools([4], 0, 1, 0, 1)], (a, b) => tf.logicalOr(a, b)),
  discrete('logicalXor', 'bool', [bools([4], 0, 0, 1, 1), bools([4], 0, 1, 0, 1)], (a, b) => tf.logicalXor(a, b)),
  discrete('logicalNot', 'bool', [bools([2], 0, 1)], a => tf.logicalNot(a)),
  discrete('all', 'bool', [bools([2, 3], 1, 1, 1, 1, 0, 1)], a => tf.all(a, 1)),
  discrete('any', 'bool', [bools([2, 3], 0, 0, 0, 1, 0, 1)], a => tf.any(a, 1)),
  smooth('where', [x, z, bools([3, 4], 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0)], (a, b, c) => tf.where(c, a, b)),
  smooth('where with a broadcast condition', [x, z, bools([4], 1, 0, 0, 1)], (a, b, c) => tf.where(c, a, b)),
  smooth('where with a scalar', [x, bools([3, 4], 1, 0, 0, 1, 1, 1, 0, 0, 1, 0, 1, 0)], (a, c) => tf.where(c, a, tf.scalar(-2))),
  smooth('where on a comparison', [x, z], (a, b) => tf.where(tf.greater(a, b), tf.square(a), tf.mul(b, 3))),
  smooth('mask of a comparison', [x], a => tf.mul(tf.cast(tf.less(a, 0.3), 'float32'), tf.square(a))),
  smooth('where on equality', [x, z], (a, b) => tf.where(tf.equal(a, b), tf.square(a), tf.mul(b, a))),
  smooth('where on all and any', [x, z], (a, b) => {
    const [all, any] = [tf.all(tf.less(a, 0.6), 1, true), tf.any(tf.greater(b, 1), 1, true)];
    return tf.where(all, tf.square(a), tf.where(any, tf.mul(a, b), tf.square(b)));
  }),
  smooth('where on logic', [x, z], (a, b) => {
    const both = tf.logicalOr(tf.logicalAnd(tf.greaterEqual(a, 0.01), tf.lessEqual(b, 0.02)), tf.logicalNot(tf.notEqual(a, b)));
    return tf.where(both, tf.mul(a, b), tf.square(b));
  }),
  discrete('where of integers', 'int32', [bools([3], 1, 0, 1), ints([3], 1, 2, 3), ints([3], 7, 8, 9)], (c, a, b) =>
    tf.where(c, a, b),
  ),
];

const casts: readonly OpCase[] = [
  discrete('cast bool to float', 'float32', [bools([2], 0, 1)], a => tf.cast(a, 'float32')),
  discrete('cast bool to int', 'int32', [bools([2], 0, 1)], a => tf.cast(a, 'int32')),
  discrete('cast int to float', 'float32', [ints([3], -1, 0, 5)], a => tf.cast(a, 'float32')),
  discrete('cast float to int', 'int32', [floats([4], -1.7, -0.2, 0.9, 5.5)], a => tf.cast(a, 'int32')),
  discrete('cast float to bool', 'bool', [floats([3], -1.5, 0, 2)], a => tf.cast(a, 'bool')),
  smooth('cast to int and back', [x], a => tf.mul(a, tf.cast(tf.cast(tf.mul(a, 3.1), 'int32'), 'float32'))),
];

const reductions: readonly OpCase[] = [
  smooth('sum', [x], a => tf.sum(a)),
  smooth('sum along an axis', [x], a => tf.sum(a, 0)),
  smooth('sum keeping dimensions', [x], a => tf.sum(a, 1, true)),
  smooth('sum of two axes', [spread([2, 3, 2], -1, 1)], a => tf.sum(a, [0, 2])),
  discrete('sum of integers', 'int32', [ints([4], 1, 2, -3, 4)], a => tf.sum(a)),
  discrete('count of a condition', 'int32', [bools([2, 3], 1, 0, 1, 1, 1, 1)], a => tf.sum(a, 1)),
  smooth('mean', [x], a => tf.mean(a)),
  smooth('mean along the last axis', [x], a => tf.mean(a, -1)),
  smooth('mean keeping dimensions', [x], a => tf.mean(a, 0, true)),
  smooth('max', [x], a => tf.max(a)),
  smooth('max along an axis', [x], a => tf.max(a, 1)),
  smooth('max keeping dimensions', [x], a => tf.max(a, 0, true)),
  smooth('min', [x], a => tf.min(a)),
  smooth('min along an axis', [x], a => tf.min(a, -1)),
  smooth('prod', [positive], a => tf.prod(a)),
  smooth('prod along an axis', [x], a => tf.prod(a, 0)),
  smooth('prod with a zero', [floats([2, 3], 0.5, 0, 2, 1.5, -1, 0.7)], a => tf.prod(a, 1)),
  smooth('prod of two axes', [spread([2, 3, 2], 0.5, 1.6)], a => tf.prod(a, [0, 2])),
  smooth('cumsum', [x], a => tf.cumsum(a, 1)),
  smooth('cumsum along the first axis', [x], a => tf.cumsum(a, 0)),
  smooth('cumsum of a square along the first axis', [matrix(3, 3)], a => tf.cumsum(a, 0)),
  smooth('cumsum exclusive and reversed', [x], a => tf.cumsum(a, 1, true, true)),
  discrete('cumprod', 'float32', [x], a => tf.cumprod(a, 1)),
  discrete('cumprod exclusive and reversed', 'float32', [x], a => tf.cumprod(a, 0, true, true)),
  smooth('logSumExp', [x], a => tf.logSumExp(a, 1)),
  smooth('logSumExp keeping dimensions', [x], a => tf.logSumExp(a, 0, true)),
  smooth('norm', [x], a => tf.norm(a)),
  smooth('moments', [x], a => {
    const { mean, variance } = tf.moments(a, 1);
    return tf.mul(mean, variance);
  }),
  discrete('argMax', 'int32', [x], a => tf.argMax(a, 1)),
  discrete('argMax along the first axis', 'int32', [x], a => tf.argMax(a, 0)),
  discrete('argMax with ties', 'int32', [floats([2, 3], 1, 2, 2, 3, 3, 3)], a => tf.argMax(a, 1)),
  discrete('argMin', 'int32', [x], a => tf.argMin(a, 1)),
];

const normalisations: readonly OpCase[] = [
  smooth('softmax', [x], a => tf.softmax(a)),
  smooth('softmax of a cube', [spread([2, 2, 3], -1, 1)], a => tf.softmax(a)),
  smooth('logSoftmax', [x], a => tf.logSoftmax(a)),
  smooth('logSoftmax of an intermediate', [x, row], (a, b) => tf.logSoftmax(tf.mul(a, b))),
  smooth('logSoftmax as a kernel', [x], a => kernel('LogSoftmax', { logits: a }, { axis: 1 })),
  smooth('entropy', [x], a => tf.neg(tf.sum(tf.mul(tf.softmax(a), tf.logSoftmax(a)), 1))),
  smooth('logSoftmax of uneven logits', [floats([2, 3], 8, 9, 7, -20, -21, -18.5)], a => tf.logSoftmax(a)),
  discrete('logSoftmax of large logits', 'float32', [floats([2, 3], 880, 810, 890, -2000, -2010, -1985)], a => tf.logSoftmax(a)),
  smooth('layer normalisation', [x, row], (a, gain) => {
    const { mean, variance } = tf.moments(a, -1, true);
    return tf.mul(tf.mul(tf.sub(a, mean), tf.rsqrt(tf.add(variance, 1e-5))), gain);
  }),
];

const products: readonly OpCase[] = [
  smooth('matMul', [matrix(3, 2), matrix(2, 4)], (a, b) => tf.matMul(a, b)),
  smooth('matMul aᵀ b', [matrix(2, 3), matrix(2, 4)], (a, b) => tf.matMul(a, b, true)),
  smooth('matMul a bᵀ', [matrix(3, 2), matrix(4, 2)], (a, b) => tf.matMul(a, b, false, true)),
  smooth('matMul aᵀ bᵀ', [matrix(2, 3), matrix(4, 2)], (a, b) => tf.matMul(a, b, true, true)),
  smooth('matMul with itself', [matrix(3, 3)], a => tf.matMul(a, a)),
  smooth('matMul batched', [spread([2, 3, 2], -1, 1), spread([2, 2, 2], -1, 1)], (a, b) => tf.matMul(a, b)),
  smooth('matMul batched a bᵀ', [spread([2, 3, 2], -1, 1), spread([2, 4, 2], -1, 1)], (a, b) => tf.matMul(a, b, false, true)),
  smooth('matMul batched aᵀ b', [spread([2, 2, 3], -1, 1), spread([2, 2, 4], -1, 1)], (a, b) => tf.matMul(a, b, true)),
  smooth('matMul batched aᵀ bᵀ', [spread([2, 2, 3], -1, 1), spread([2, 4, 2], -1, 1)], (a, b) => tf.matMul(a, b, true, true)),
  smooth('matMul of a batch and one matrix', [spread([2, 3, 2], -1, 1), spread([1, 2, 4], -1, 1)], (a, b) => tf.matMul(a, b)),
  smooth('matMul with bias and activation', [matrix(3, 2), matrix(2, 4), row], (a, b, bias) =>
    tf.fused.matMul({ a, b, bias, activation: 'sigmoid' }),
  ),
  discrete('matMul with an activation, not differentiated', 'float32', [matrix(3, 2), matrix(2, 4), row], (a, b, bias) =>
    tf.fused.matMul({ a, b, bias, activation: 'relu' }),
  ),
  smooth('dot', [row, spread([4], 0, 1)], (a, b) => tf.dot(a, b)),
  smooth('outerProduct', [row, spread([3], 0, 1)], (a, b) => tf.outerProduct(a as tf.Tensor1D, b as tf.Tensor1D)),
];

const convolutions: readonly OpCase[] = [
  smooth('conv2d valid', [image, filter(3, 2, 3, 2)], (a, f) => tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 1, 'valid')),
  smooth('conv2d valid, stride 2', [oddImage, filter(3, 2, 2, 3)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 2, 'valid'),
  ),
  smooth('conv2d same', [image, filter(3, 3, 3, 2)], (a, f) => tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 1, 'same')),
  smooth('conv2d same, stride 2', [oddImage, filter(3, 2, 2, 3)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 2, 'same'),
  ),
  smooth('conv2d stride 4 that leaves a rest', [spread([1, 11, 10, 2], -1, 1), filter(4, 4, 2, 2)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 4, 'valid'),
  ),
  smooth('conv2d unequal strides', [oddImage, filter(2, 3, 2, 2)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, [2, 1], 'same'),
  ),
  smooth('conv2d with as many places as pixels', [spread([2, 8, 8, 1], -1, 1), filter(2, 2, 1, 2)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 1, 'valid'),
  ),
  smooth('conv2d of wide windows', [spread([1, 2, 9, 2], -1, 1), filter(1, 3, 2, 2)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 1, 'valid'),
  ),
  smooth('conv2d of many places, same', [spread([1, 7, 7, 2], -1, 1), filter(2, 1, 2, 3)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 1, 'same'),
  ),
  smooth('conv2d of many places, stride 2', [spread([1, 16, 4, 2], -1, 1), filter(4, 2, 2, 3)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 2, 'valid'),
  ),
  smooth('conv2d 1×1', [image, filter(1, 1, 3, 4)], (a, f) => tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 1, 'valid')),
  smooth('conv2d with bias', [image, filter(2, 2, 3, 2), spread([2], -0.3, 0.4)], (a, f, bias) =>
    tf.fused.conv2d({
      x: a as tf.Tensor4D,
      filter: f as tf.Tensor4D,
      strides: 2,
      pad: 'valid',
      bias,
      activation: 'linear',
    }),
  ),
  smooth('conv2d with padding on all sides', [image, filter(3, 3, 3, 2)], (a, f) =>
    tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, 2, 1, 'NHWC', 1, 'floor'),
  ),
  smooth('conv2dTranspose', [spread([1, 3, 2, 3], -1, 1), filter(3, 2, 2, 3)], (a, f) =>
    tf.conv2dTranspose(a as tf.Tensor4D, f as tf.Tensor4D, [1, 7, 4, 2], 2, 'valid'),
  ),
  smooth('maxPool valid', [oddImage], a => tf.maxPool(a as tf.Tensor4D, 2, 2, 'valid')),
  smooth('maxPool same, overlapping', [oddImage], a => tf.maxPool(a as tf.Tensor4D, 3, 2, 'same')),
  smooth('maxPool of negatives, same', [spread([1, 5, 4, 2], -3, -1)], a => tf.maxPool(a as tf.Tensor4D, [3, 2], [2, 1], 'same')),
  smooth('avgPool valid', [oddImage], a => tf.avgPool(a as tf.Tensor4D, 2, 2, 'valid')),
  smooth('avgPool same, overlapping', [oddImage], a => tf.avgPool(a as tf.Tensor4D, 3, 2, 'same')),
];

const indexing: readonly OpCase[] = [
  smooth('gather rows', [x, ints([5], 2, 0, 2, 1, 2)], (a, i) => tf.gather(a, tf.cast(i, 'int32') as tf.Tensor1D)),
  smooth('gather columns', [x, ints([2], 3, 1)], (a, i) => tf.gather(a, i as tf.Tensor1D, 1)),
  smooth('gather from a single row', [spread([1, 3], -1, 1), ints([2], 0, 0)], (a, i) => tf.gather(a, i as tf.Tensor1D)),
  smooth('gather with a matrix of indices', [x, ints([2, 2], 2, 0, 1, 2)], (a, i) => tf.gather(a, i as tf.Tensor2D)),
  smooth('gather one per row', [x, ints([3, 1], 3, 0, 1)], (a, i) => tf.gather(a, i as tf.Tensor2D, 1, 1)),
  smooth('gather in a batch, behind another axis', [spread([2, 2, 3, 2], -1, 1), ints([2, 2], 2, 0, 1, 1)], (a, i) =>
    tf.gather(a, i as tf.Tensor2D, 2, 1),
  ),
  smooth('gather by argMax', [x], a => tf.gather(a, tf.reshape(tf.argMax(a, 1), [3, 1]) as tf.Tensor2D, 1, 1)),
  smooth('gather by argMin', [x], a => tf.gather(a, tf.reshape(tf.argMin(a, 1), [3, 1]) as tf.Tensor2D, 1, 1)),
  discrete('gather integers', 'int32', [ints([4], 10, 20, 30, 40), ints([3], 3, 3, 0)], (a, i) => tf.gather(a, i as tf.Tensor1D)),
  discrete('oneHot', 'float32', [ints([3], 2, 0, 1)], i => tf.oneHot(i as tf.Tensor1D, 4, 1, 0, 'float32')),
  discrete('oneHot of integers with other values', 'int32', [ints([2, 2], 2, 0, 1, 3)], i =>
    tf.oneHot(i as tf.Tensor2D, 3, 5, -1),
  ),
  smooth('oneHot of a cast', [spread([3], 0.2, 2.8)], a =>
    tf.mul(tf.oneHot(tf.cast(a, 'int32'), 3, 1, 0, 'float32'), tf.square(a)),
  ),
  smooth('unsortedSegmentSum of rows', [x, ints([3], 2, 0, 2)], (a, ids) => tf.unsortedSegmentSum(a, ids as tf.Tensor1D, 4)),
  smooth('unsortedSegmentSum that leaves rows out', [x, ints([3], 1, -1, 0)], (a, ids) =>
    tf.unsortedSegmentSum(a, ids as tf.Tensor1D, 2),
  ),
  smooth('unsortedSegmentSum of numbers', [row, ints([4], 1, 1, 0, 1)], (a, ids) =>
    tf.unsortedSegmentSum(a, ids as tf.Tensor1D, 2),
  ),
  discrete('gatherND', 'float32', [x, ints([2, 2], 2, 1, 0, 3)], (a, i) => tf.gatherND(a, i)),
  discrete('scatterND', 'float32', [ints([3, 1], 1, 3, 1), spread([3, 2], -1, 1)], (i, updates) =>
    tf.scatterND(i, updates, [4, 2]),
  ),
  discrete('topk, values', 'float32', [x], a => tf.topk(a, 2).values),
  discrete('topk, indices', 'int32', [x], a => tf.topk(a, 2).indices),
  smooth('value of an action', [x, ints([3], 1, 3, 0)], (a, i) =>
    tf.sum(tf.mul(a, tf.oneHot(i as tf.Tensor1D, 4, 1, 0, 'float32')), 1),
  ),
  smooth('slice', [x], a => tf.slice(a, [1, 1], [2, 2])),
  smooth('slice of a vector', [row], a => tf.slice(a, [1], [2])),
  smooth('slice to the end', [spread([2, 3, 2], -1, 1)], a => tf.slice(a, [0, 1, 0], [-1, -1, 1])),
  smooth('stridedSlice', [spread([7], -1, 1)], a => tf.stridedSlice(a, [1], [7], [2])),
  smooth('stridedSlice of two axes', [spread([5, 6], -1, 1)], a => tf.stridedSlice(a, [0, 1], [5, 6], [2, 3])),
  smooth('stridedSlice backwards', [spread([7], -1, 1)], a => tf.stridedSlice(a, [5], [0], [-2])),
  smooth('stridedSlice with masks', [spread([4, 3, 2], -1, 1)], a => tf.stridedSlice(a, [1, 1, 1], [4, 2, 2], [2, 1, 1], 2, 4)),
  smooth('stridedSlice that drops an axis', [spread([4, 3, 2], -1, 1)], a =>
    tf.stridedSlice(a, [1, 0, 1], [4, 2, 2], [1, 1, 1], 0, 0, 0, 0, 4),
  ),
  smooth('concat', [x, z], (a, b) => tf.concat([a, b], 1)),
  smooth('concat of vectors', [row, spread([2], 0, 1)], (a, b) => tf.concat([a, b])),
  smooth('concat of one', [row], a => tf.concat([a])),
  smooth('stack', [x, z], (a, b) => tf.stack([a, b], 1)),
  smooth('stack along the last axis', [x, z], (a, b) => tf.stack([a, b], 2)),
  smooth(
    'unstack',
    [x],
    a => tf.unstack(a, 1).reduce((sum, part, i) => tf.add(sum, tf.mul(part, tf.mul(tf.square(part), i)))) as tf.Tensor,
  ),
  smooth('unstack of one', [spread([1, 3], -1, 1)], a => tf.unstack(a)[0] as tf.Tensor),
  smooth('split', [x], a => tf.mul(...(tf.split(a, 2, 1) as [tf.Tensor, tf.Tensor]))),
  smooth('split in unequal parts, one unused', [x], a => tf.square(tf.split(a, [1, 2, 1], 1)[1] as tf.Tensor)),
  smooth('split in one', [x], a => tf.split(a, 1, 0)[0] as tf.Tensor),
];

const shapes: readonly OpCase[] = [
  smooth('reshape', [x], a => tf.reshape(a, [2, 6])),
  smooth('reshape with an open axis', [x], a => tf.reshape(a, [-1, 2])),
  smooth('transpose', [x], a => tf.transpose(a)),
  smooth('transpose with a permutation', [spread([2, 3, 2], -1, 1)], a => tf.transpose(a, [2, 0, 1])),
  smooth('expandDims', [x], a => tf.expandDims(a, 1)),
  smooth('squeeze', [spread([3, 1, 2], -1, 1)], a => tf.squeeze(a, [1])),
  smooth('pad', [x], a =>
    tf.pad(a, [
      [1, 0],
      [2, 1],
    ]),
  ),
  smooth('pad with a constant', [row], a => tf.pad(a, [[1, 2]], -0.5)),
  smooth('mirrorPad that repeats the border', [x], a =>
    tf.mirrorPad(
      a,
      [
        [2, 1],
        [1, 3],
      ],
      'symmetric',
    ),
  ),
  smooth('mirrorPad that does not', [x], a =>
    tf.mirrorPad(
      a,
      [
        [1, 2],
        [3, 0],
      ],
      'reflect',
    ),
  ),
  smooth('tile', [x], a => tf.tile(a, [2, 3])),
  smooth('tile of a vector', [row], a => tf.tile(a, [3])),
  smooth('tile of the middle axis', [spread([2, 3, 2], -1, 1)], a => tf.tile(a, [1, 2, 1])),
  smooth('broadcastTo', [row], a => tf.broadcastTo(a, [3, 4])),
  smooth('broadcastTo of a column', [column], a => tf.broadcastTo(a, [2, 3, 4])),
  smooth('broadcastTo as a kernel', [column], a => kernel('BroadcastTo', { x: a }, { shape: [2, 3, 4] })),
  smooth('reverse', [x], a => tf.reverse(a, 1)),
  smooth('reverse of all axes', [x], a => tf.reverse(a)),
  discrete('linspace', 'float32', [x], a => tf.add(a, tf.linspace(-1, 1, 4))),
  discrete('range, fill, ones, zeros', 'float32', [x], a =>
    tf.add(tf.mul(tf.range(0, 4), tf.ones([3, 4])), tf.add(tf.add(tf.fill([3, 1], 0.5), tf.zeros([4])), tf.zerosLike(a))),
  ),
];

const cells: readonly OpCase[] = [
  smooth('LSTM cell', [matrix(2, 3), matrix(2, 2), spread([2, 2], -0.8, 0.9), matrix(5, 8)], (input, hidden, cell, kernel) => {
    const [i, f, g, o] = tf.split(tf.matMul(tf.concat([input, hidden], 1), kernel), 4, 1) as [
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
      tf.Tensor,
    ];
    const next = tf.add(tf.mul(tf.sigmoid(f), cell), tf.mul(tf.sigmoid(i), tf.tanh(g)));
    return tf.concat([tf.mul(tf.sigmoid(o), tf.tanh(next)), next], 1);
  }),
  smooth(
    'GRU cell',
    [matrix(2, 3), matrix(2, 2), matrix(3, 6), spread([2, 6], -0.7, 0.6)],
    (input, hidden, kernel, recurrent) => {
      const [ri, zi, ni] = tf.split(tf.matMul(input, kernel), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const [rh, zh, nh] = tf.split(tf.matMul(hidden, recurrent), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
      const update = tf.sigmoid(tf.add(zi, zh));
      const candidate = tf.tanh(tf.add(ni, tf.mul(tf.sigmoid(tf.add(ri, rh)), nh)));
      return tf.add(tf.mul(tf.sub(1, update), candidate), tf.mul(update, hidden));
    },
  ),
];

/**
 * Every operation that programs may use, in the forms that differ: axes, broadcasting, transposes, paddings. Kinks (of `relu`,
 * `maximum`, …) lie well away from the inputs. One table for all that is promised of each operation: right derivatives, and the
 * same result on every engine.
 */
export const opCases: readonly OpCase[] = [
  ...elementwise,
  ...trigonometry,
  ...binary,
  ...comparisons,
  ...casts,
  ...reductions,
  ...normalisations,
  ...products,
  ...convolutions,
  ...indexing,
  ...shapes,
  ...cells,
];
