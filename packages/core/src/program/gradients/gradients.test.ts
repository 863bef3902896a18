import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, scaleOf } from '../../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../../test/cpu-backend.ts';
import { type OpCase, opCases, scalarise, toTensor } from '../../../test/op-cases.ts';
import { kernels } from '../recording/kernels/index.ts';
import { gradients, registerGradients } from './gradients.ts';

beforeAll(async () => {
  await useCpuBackend();
  registerGradients();
});

/** The float inputs of a case: those that it can be differentiated by. */
function floatInputs({ inputs }: OpCase): number[] {
  return inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
}

/** Scalar loss of a case as a function of its float inputs. */
function loss(opCase: OpCase): (...floats: tf.Tensor[]) => tf.Scalar {
  const places = floatInputs(opCase);
  return (...floats) =>
    scalarise(opCase.run(...opCase.inputs.map((input, i) => (places.includes(i) ? floats[places.indexOf(i)] : toTensor(input)))));
}

/** All elements of some tensors in one list. */
function flatten(tensors: readonly tf.Tensor[]): number[] {
  return tensors.flatMap(tensor => Array.from(tensor.dataSync()));
}

/** A direction with an irregular number for each element of each input. */
function direction(opCase: OpCase): number[][] {
  let count = 0;
  return floatInputs(opCase).map(i => opCase.inputs[i].values.map(() => Math.sin(1 + 2.7 * count++)));
}

/** d/dt of f(inputs + t · direction) at 0 by the five-point formula, whose error is O(step⁴). */
function derivativeAlong(opCase: OpCase, along: number[][], f: (...floats: tf.Tensor[]) => tf.Tensor[]): number[] {
  const step = 0.01;
  const at = (t: number) =>
    flatten(
      f(
        ...floatInputs(opCase).map((place, i) => {
          const { shape, values } = opCase.inputs[place];
          return tf.tensor(
            values.map((value, j) => value + t * step * along[i][j]),
            [...shape],
          );
        }),
      ),
    );
  const [minus2, minus1, plus1, plus2] = [at(-2), at(-1), at(1), at(2)];
  return plus1.map((value, i) => (8 * (value - minus1[i]) - (plus2[i] - minus2[i])) / (12 * step));
}

/** Kernels that cannot be differentiated as they are. */
const withoutGradient: readonly string[] = [
  // No tensor goes in.
  'Fill',
  'LinSpace',
  'Range',
  // `tf.fused` calls them only where nothing is differentiated, and their parts elsewhere.
  '_FusedMatMul',
  'FusedConv2D',
  // Part of a gradient that is replaced.
  'EluGrad',
  // TensorFlow.js has none either. `tf.gather` and products with `oneHot` can be differentiated.
  'Cumprod',
  'GatherNd',
  'ScatterNd',
  'TopK',
];

describe('gradients', () => {
  it('are there for every kernel that can be compiled, but for those that are listed', () => {
    const names = gradients.map(({ kernelName }) => kernelName);
    expect(new Set(names).size).toBe(names.length);
    expect(
      Object.keys(kernels)
        .filter(name => !names.includes(name))
        .sort(),
    ).toEqual([...withoutGradient].sort());
    expect(gradients.filter(gradient => tf.getGradient(gradient.kernelName) !== gradient)).toEqual([]);
  });

  it('are each used by a case that is compared with differences', () => {
    const unused = new Set(gradients.map(({ kernelName }) => kernelName));
    for (const gradient of gradients) {
      const gradFunc: tf.GradFunc = (...call) => {
        unused.delete(gradient.kernelName);
        return gradient.gradFunc(...call);
      };
      tf.unregisterGradient(gradient.kernelName);
      tf.registerGradient({ ...gradient, gradFunc });
    }
    for (const opCase of opCases.filter(({ order }) => order === 2)) {
      tf.tidy(() => {
        const length = (...floats: tf.Tensor[]) =>
          tf.addN(
            tf
              .grads(loss(opCase))(floats)
              .map(gradient => tf.sum(tf.square(gradient))),
          );
        tf.grads(length)(floatInputs(opCase).map(i => toTensor(opCase.inputs[i])));
      });
    }
    registerGradients();
    expect([...unused]).toEqual([]);
  });

  it.each(opCases.filter(({ order }) => order >= 1).map(opCase => [opCase.name, opCase] as const))(
    '%s agrees with finite differences in first order',
    (_name, opCase) => {
      tf.tidy(() => {
        const along = direction(opCase);
        const f = loss(opCase);
        const gradient = flatten(tf.grads(f)(floatInputs(opCase).map(i => toTensor(opCase.inputs[i]))));
        const slope = along.flat().reduce((sum, value, i) => sum + value * gradient[i], 0);
        const expected = derivativeAlong(opCase, along, (...floats) => [f(...floats)]);
        expect(expected.every(Number.isFinite)).toBe(true);
        expectWithin([slope], expected, 5e-4 * scaleOf(expected));
      });
    },
  );

  it.each(opCases.filter(({ order }) => order === 2).map(opCase => [opCase.name, opCase] as const))(
    '%s agrees with finite differences in second order',
    (_name, opCase) => {
      tf.tidy(() => {
        const along = direction(opCase);
        const gradient = (...floats: tf.Tensor[]) => tf.grads(loss(opCase))(floats);
        const slope = (...floats: tf.Tensor[]) =>
          gradient(...floats)
            .map((g, i) => tf.sum(tf.mul(g, tf.tensor(along[i], g.shape))))
            .reduce((a, b) => tf.add(a, b)) as tf.Scalar;
        const product = flatten(tf.grads(slope)(floatInputs(opCase).map(i => toTensor(opCase.inputs[i]))));
        const expected = derivativeAlong(opCase, along, gradient);
        expect(expected.every(Number.isFinite)).toBe(true);
        expectWithin(product, expected, 1e-3 * scaleOf(expected));
      });
    },
  );
});

describe('registerGradients', () => {
  const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
  const gradientOf = (f: (x: tf.Tensor) => tf.Tensor, at: number[]) => values(tf.grad(x => tf.sum(f(x)))(tf.tensor1d(at)));

  it('changes nothing when called again, and prints nothing', () => {
    const before = tf.getGradient('Tanh');
    registerGradients();
    expect(tf.getGradient('Tanh')).toBe(before);
  });

  it('splits the gradient of a maximum among equals', () => {
    expect(gradientOf(x => tf.max(x), [1, 3, 3, 2])).toEqual([0, 0.5, 0.5, 0]);
    expect(gradientOf(x => tf.min(x), [1, 1, 1, 1])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('gives a tie of two tensors to the first', () => {
    const [a, b] = tf.grads((a, b) => tf.sum(tf.minimum(a, b)))([tf.tensor1d([1, 2]), tf.tensor1d([1, 3])]);
    expect([values(a), values(b)]).toEqual([
      [1, 1],
      [0, 0],
    ]);
  });

  it('passes the gradient of a clip at its bounds, and none outside', () => {
    expect(gradientOf(x => tf.clipByValue(x, -1, 1), [-1.5, -1, 0, 1, 1.5])).toEqual([0, 1, 1, 1, 0]);
  });

  it('gives rectifiers the slope of their lower branch at the kink', () => {
    expect(gradientOf(x => tf.relu(x), [-1, 0, 2])).toEqual([0, 0, 1]);
    expect(gradientOf(x => tf.relu6(x), [-1, 0, 6, 7])).toEqual([0, 0, 1, 0]);
    expect(gradientOf(x => tf.leakyRelu(x, 0.25), [-1, 0, 2])).toEqual([0.25, 0.25, 1]);
    expect(gradientOf(x => tf.prelu(x, tf.scalar(0.25)), [-1, 0, 2])).toEqual([0.25, 0.25, 1]);
  });

  it.each<[string, (x: tf.Tensor) => tf.Tensor]>([
    ['ceil', x => tf.ceil(x)],
    ['floor', x => tf.floor(x)],
    ['round', x => tf.round(x)],
    ['sign', x => tf.sign(x)],
    ['step', x => tf.step(x)],
    ['onesLike', x => tf.onesLike(x)],
    ['zerosLike', x => tf.zerosLike(x)],
    ['isNaN', x => tf.cast(tf.isNaN(x), 'float32')],
    ['isInf', x => tf.cast(tf.isInf(x), 'float32')],
    ['isFinite', x => tf.cast(tf.isFinite(x), 'float32')],
    ['logicalNot', x => tf.cast(tf.logicalNot(tf.cast(x, 'bool')), 'float32')],
    ['oneHot', x => tf.oneHot(tf.cast(x, 'int32'), 3, 1, 0, 'float32')],
    ['greater', x => tf.cast(tf.greater(x, 1), 'float32')],
    ['argMax', x => tf.cast(tf.argMax(x), 'float32')],
  ])('gives %s no slope', (_, f) => {
    expect(gradientOf(f, [0, 1.25, 2])).toEqual([0, 0, 0]);
  });

  it('keeps the exponential of selu out of large inputs, in second order too', () => {
    const second = tf.grad(tf.grad((x: tf.Tensor) => tf.sum(tf.selu(x))));
    expect(values(second(tf.tensor1d([100, 1])))).toEqual([0, 0]);
  });

  it('sums what a mirrored border repeats', () => {
    // Each of [a b c] as often as it occurs in [b a | a b c | c].
    expect(gradientOf(x => tf.mirrorPad(x, [[2, 1]], 'symmetric'), [1, 2, 3])).toEqual([2, 2, 2]);
    // And in [c b | a b c | b].
    expect(gradientOf(x => tf.mirrorPad(x, [[2, 1]], 'reflect'), [1, 2, 3])).toEqual([1, 3, 2]);
  });

  it('refuses dilated convolutions and says so', () => {
    const [image, filter] = [tf.ones<tf.Rank.R4>([1, 5, 5, 1]), tf.ones<tf.Rank.R4>([2, 2, 1, 1])];
    const dilated = (x: tf.Tensor) => tf.sum(tf.conv2d(x as tf.Tensor4D, filter, 1, 'valid', 'NHWC', 2));
    expect(() => tf.grad(dilated)(image)).toThrow(
      'gradient of conv2d: the dilation must be 1, got "2". Use a larger filter or a stride.',
    );
  });

  it('gives abs the slope 0 at 0', () => {
    expect(gradientOf(x => tf.abs(x), [-2, 0, 3])).toEqual([-1, 0, 1]);
  });

  it('keeps an infinite slope out of the branch that was not taken', () => {
    const root = (x: tf.Tensor) => tf.where(tf.greater(x, 0), tf.sqrt(tf.maximum(x, 1e-12)), tf.zerosLike(x));
    expect(gradientOf(root, [0, 4])).toEqual([0, 0.25]);
    // d/dx of a branch whose gradient is infinite: 0 · ∞ would be NaN.
    const dy = tf.tensor1d([Number.POSITIVE_INFINITY, 1]);
    const select = tf.grad((x: tf.Tensor) => tf.where(tf.tensor1d([false, true], 'bool'), x, tf.tensor1d([5, 5])));
    expect(values(select(tf.tensor1d([1, 2]), dy))).toEqual([0, 1]);
  });

  it('gives casts to integers no slope', () => {
    expect(gradientOf(x => tf.add(tf.square(x), tf.cast(tf.cast(x, 'int32'), 'float32')), [1.5, -2.5])).toEqual([3, -5]);
  });

  it('is right in third order where operations save their output', () => {
    const third = (f: (x: tf.Tensor) => tf.Tensor) => tf.grad(tf.grad(tf.grad(x => tf.sum(f(x)))));
    const t = Math.tanh(0.3);
    expect(values(third(x => tf.tanh(x))(tf.tensor1d([0.3])))[0]).toBeCloseTo(-2 * (1 - t * t) * (1 - 3 * t * t), 5);
    // f = −log softmax([x, 0])₀ = softplus(−x); with s = sigmoid(x): f′ = s − 1, f″ = s (1 − s), f‴ = s (1 − s)(1 − 2 s)
    const s = 1 / (1 + Math.exp(-0.3));
    const crossEntropy = (x: tf.Tensor) => tf.neg(tf.slice(tf.logSoftmax(tf.concat([x, tf.zeros([1])])), [0], [1]));
    expect(values(third(crossEntropy)(tf.tensor1d([0.3])))[0]).toBeCloseTo(s * (1 - s) * (1 - 2 * s), 5);
  });

  it('sends the gradient of a pooling maximum to the first of equals, in second order too', () => {
    const pool = (x: tf.Tensor) => tf.maxPool(tf.reshape(x, [1, 2, 2, 1]) as tf.Tensor4D, 2, 1, 'valid');
    const squared = (x: tf.Tensor) => tf.square(pool(x));
    expect(gradientOf(squared, [1, 3, 3, 2])).toEqual([0, 6, 0, 0]);
    expect(gradientOf(x => tf.grad(z => tf.sum(squared(z)))(x), [1, 3, 3, 2])).toEqual([0, 2, 0, 0]);
  });

  it('leaks no tensor', () => {
    const x = tf.tensor2d([[0.1, 0.2, 0.3]]);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      tf.grad(z => tf.sum(tf.square(tf.grad(w => tf.mean(tf.mul(tf.logSoftmax(tf.elu(w)), tf.max(w))))(z))))(x).dispose();
    }
    expect(tf.memory().numTensors).toBe(before);
  });
});
