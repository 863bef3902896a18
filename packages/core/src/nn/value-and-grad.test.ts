import * as tf from '@tensorflow/tfjs-core';
import { ProgramError } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { layout } from './layout.ts';
import { valueAndGrad } from './value-and-grad.ts';

beforeAll(useCpuBackend);

const line = layout([
  ['weight', [2, 1]],
  ['bias', [1]],
]);
const x = [
  [1, 2],
  [3, -1],
];

describe('valueAndGrad', () => {
  it('gives the gradient of a regression worked out by hand', () => {
    // y = x w + b = [1·2 + 2·(−1) + 0.5, 3·2 + 1 + 0.5] = [0.5, 7.5]; loss = Σ y²; dL/dy = [1, 15]
    // dL/dw = [1·1 + 15·3, 1·2 − 15] = [46, −13]; dL/db = 16
    const { loss, output, gradient } = valueAndGrad(line, ({ weight, bias }) => {
      const output = tf.add(tf.matMul(tf.tensor(x), weight), bias);
      return { loss: tf.sum(tf.square(output)), output };
    })(tf.tensor1d([2, -1, 0.5]));
    expect(loss.dataSync()[0]).toBe(0.25 + 56.25);
    expect(Array.from(output.dataSync())).toEqual([0.5, 7.5]);
    expect(output.shape).toEqual([2, 1]);
    expect(Array.from(gradient.dataSync())).toEqual([46, -13, 16]);
  });

  it('gives unused parameters gradient 0', () => {
    const { gradient } = valueAndGrad(line, ({ bias }) => ({ loss: tf.sum(tf.square(bias)) }))(tf.tensor1d([2, -1, 3]));
    expect(Array.from(gradient.dataSync())).toEqual([0, 0, 6]);
  });

  it('differentiates by several vectors at once', () => {
    const scale = layout([['value', []]]);
    const { gradient } = valueAndGrad({ line, scale }, params => ({
      loss: tf.sum(tf.mul(params.scale.value, tf.mul(params.line.weight, [[5], [7]]))),
    }))({ line: tf.tensor1d([2, -1, 0.5]), scale: tf.tensor1d([3]) });
    expect(Object.keys(gradient)).toEqual(['line', 'scale']);
    expect(Array.from(gradient.line.dataSync())).toEqual([15, 21, 0]);
    expect(Array.from(gradient.scale.dataSync())).toEqual([2 * 5 - 7]);
  });

  it('can be differentiated itself', () => {
    // f = Σ w³ / 3, ∇f = w², so d(Σ ∇f)/dw = 2 w.
    const cubic = layout([['w', [3]]]);
    const outer = tf.grad((flat: tf.Tensor) => {
      const inner = valueAndGrad(cubic, ({ w }) => ({ loss: tf.div(tf.sum(tf.mul(w, tf.square(w))), 3) }));
      return tf.sum(inner(flat as tf.Tensor1D).gradient);
    });
    expect(Array.from(outer(tf.tensor1d([1, -2, 0.5])).dataSync())).toEqual([2, -4, 1]);
  });

  it('frees everything but what it returns', () => {
    const flat = tf.tensor1d([2, -1, 0.5]);
    const before = tf.memory().numTensors;
    const results = valueAndGrad(line, ({ weight, bias }) => {
      const sum = tf.sum(tf.square(weight));
      return { loss: tf.add(sum, tf.sum(bias)), sum, weight };
    })(flat);
    expect(tf.memory().numTensors - before).toBe(4);
    expect(Array.from(results.weight.dataSync())).toEqual([2, -1]);
    tf.dispose(results);
    expect(tf.memory().numTensors).toBe(before);
    expect(Array.from(flat.dataSync())).toEqual([2, -1, 0.5]);
  });

  it('refuses a loss that is no scalar and a vector of another network', () => {
    expect(() => valueAndGrad(line, ({ weight }) => ({ loss: tf.square(weight) }))(tf.tensor1d([1, 2, 3]))).toThrow(ProgramError);
    expect(() => valueAndGrad(line, ({ weight }) => ({ loss: tf.sum(weight) }))(tf.tensor1d([1, 2]))).toThrow(
      /3 numbers, got \[2\]/,
    );
  });
});
