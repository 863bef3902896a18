import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { registerGradients } from '../program/gradients/gradients.ts';
import { unflattenParams } from './layout.ts';
import { noisyDense } from './noisy-dense.ts';

beforeAll(async () => {
  await useCpuBackend();
  registerGradients();
});

const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('noisyDense', () => {
  it('adds factorised noise, by hand', () => {
    const layer = noisyDense({ inputSize: 2, outputSize: 1 });
    // W = [1, 2], b = 3, σ_W = [10, 100], σ_b = 1000.
    const params = unflattenParams(layer.layout, tf.tensor1d([1, 2, 3, 10, 100, 1000]));
    const x = tf.tensor2d([[1, 1]]);
    expect(numbers(layer.apply(params, x))).toEqual([6]);
    // f = [2, −3] and [0.5]: 1 + 10 · 2 · 0.5, 2 − 100 · 3 · 0.5, 3 + 1000 · 0.5.
    const noise = tf.tensor1d([4, -9, 0.25]);
    expect(numbers(layer.apply(params, x, noise))).toEqual([1 + 10 + 2 - 150 + 3 + 500]);
  });

  it('begins as the paper says: means in ±1/√p, deviations 0.5/√p', () => {
    const layer = noisyDense({ inputSize: 64, outputSize: 32 });
    const { weight, bias, weightNoise, biasNoise } = unflattenParams(layer.layout, tf.tensor1d(layer.init(new Rng(1))));
    const means = [...numbers(weight), ...numbers(bias)];
    expect(Math.max(...means.map(Math.abs))).toBeLessThanOrEqual(1 / 8);
    expect(Math.max(...means)).toBeGreaterThan(0.12);
    expect(Math.min(...means)).toBeLessThan(-0.12);
    expect(new Set([...numbers(weightNoise), ...numbers(biasNoise)])).toEqual(new Set([0.5 / 8]));
    expect(layer.noiseSize).toBe(96);
  });

  it('has the mean and the variance of its noise', () => {
    const [inputSize, outputSize, draws] = [4, 3, 4000];
    const layer = noisyDense({ inputSize, outputSize });
    const rng = new Rng(2);
    const params = unflattenParams(layer.layout, tf.tensor1d(layer.init(rng)));
    const x = tf.tensor2d([[1, -2, 0.5, 1]]);
    const mean = numbers(layer.apply(params, x));
    const sum = new Float64Array(outputSize);
    const squares = new Float64Array(outputSize);
    for (let i = 0; i < draws; i++) {
      tf.tidy(() => {
        const noise = tf.tensor1d(rng.standardNormalInto(new Float32Array(layer.noiseSize)));
        for (const [j, y] of numbers(layer.apply(params, x, noise)).entries()) {
          sum[j] += y - mean[j];
          squares[j] += (y - mean[j]) ** 2;
        }
      });
    }
    // E f(ε)² = E |ε| = √(2/π), so Var y = σ² (2/π Σ x² + √(2/π)).
    const share = 2 / Math.PI;
    const variance = (0.5 / 2) ** 2 * (share * 6.25 + Math.sqrt(share));
    for (let j = 0; j < outputSize; j++) {
      expect(Math.abs(sum[j] / draws)).toBeLessThan(5 * Math.sqrt(variance / draws));
      expect(Math.abs(squares[j] / draws / variance - 1)).toBeLessThan(0.15);
    }
  });

  it('sends gradients to means and deviations', () => {
    const layer = noisyDense({ inputSize: 2, outputSize: 1 });
    const noise = tf.tensor1d([4, -9, 0.25]);
    const loss = (flat: tf.Tensor) =>
      tf.sum(layer.apply(unflattenParams(layer.layout, flat as tf.Tensor1D), tf.tensor2d([[1, 2]]), noise));
    // x, 1, x f(εᵢ) f(εⱼ), f(εⱼ).
    expect(numbers(tf.grad(loss)(tf.tensor1d([1, 2, 3, 10, 100, 1000])))).toEqual([1, 2, 1, 1, -3, 0.5]);
  });
});
