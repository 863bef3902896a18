import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../../test/cpu-backend.ts';
import { registerGradients } from './gradients.ts';
import { stopGradient, withoutGradient } from './stop-gradient.ts';

beforeAll(async () => {
  await useCpuBackend();
  registerGradients();
});

const values = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('stopGradient', () => {
  it('keeps the values and blocks the gradient', () => {
    const x = tf.tensor1d([2, -3]);
    expect(values(stopGradient(x))).toEqual([2, -3]);
    // d/dx of x · const(x²) is const(x²) alone.
    expect(values(tf.grad(z => tf.sum(tf.mul(z, stopGradient(tf.square(z)))))(x))).toEqual([4, 9]);
  });

  it('blocks gradients of gradients', () => {
    // g = d/dx Σ x³ = 3 x²; d/dx Σ g · const(g) = 6 x · 3 x²
    const gradient = (z: tf.Tensor) => tf.grad(w => tf.sum(tf.mul(w, tf.square(w))))(z);
    const outer = tf.grad(z => {
      const g = gradient(z);
      return tf.sum(tf.mul(g, stopGradient(g)));
    });
    expect(values(outer(tf.tensor1d([1, 2])))).toEqual([18, 144]);
  });

  it('leaks no tensor', () => {
    const x = tf.tensor1d([1]);
    const before = tf.memory().numTensors;
    tf.grad(z => tf.sum(tf.mul(z, stopGradient(tf.square(z)))))(x).dispose();
    stopGradient(x).dispose();
    expect(tf.memory().numTensors).toBe(before);
  });
});

describe('withoutGradient', () => {
  it('needs no gradient of what it runs', () => {
    // topk has none.
    const best = (z: tf.Tensor) => withoutGradient(() => tf.topk(z, 1).values);
    expect(values(tf.grad(z => tf.sum(tf.mul(z, best(z))))(tf.tensor1d([1, 5])))).toEqual([5, 5]);
  });
});
