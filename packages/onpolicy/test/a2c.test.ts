import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { a2cLoss } from '../src/a2c.ts';

// Losses are computed on plain JavaScript, with the gradients that programs use.
await createEngine('tensorflow', { backend: 'cpu' });

const numbers = (x: tf.Tensor): number[] => Array.from(x.dataSync());

describe('the loss of A2C', () => {
  const input = {
    logProb: tf.tensor1d([-1, -2]),
    entropy: tf.tensor1d([0.5, 0.7]),
    value: tf.tensor1d([1, 3]),
    advantage: tf.tensor1d([2, -1]),
    valueTarget: tf.tensor1d([3, 2]),
  };
  const weights = { valueCoefficient: 0.5, entropyCoefficient: 0.1 };

  it('adds the terms with their weights', () => {
    // Policy −mean(−2, 2) = 0; value mean(4, 1) = 2.5; entropy 0.6: 0 + 1.25 − 0.06.
    const { loss, policyLoss, valueLoss, entropy } = a2cLoss(input, weights);
    expect(numbers(policyLoss)[0]).toBeCloseTo(0, 6);
    expect(numbers(valueLoss)[0]).toBeCloseTo(2.5, 6);
    expect(numbers(entropy)[0]).toBeCloseTo(0.6, 6);
    expect(numbers(loss)[0]).toBeCloseTo(1.19, 6);
  });

  it('descends along −advantage ∇log π, the error of the value, and −β ∇H', () => {
    const gradientBy = (name: 'logProb' | 'value' | 'entropy' | 'advantage') =>
      numbers(tf.grad(x => a2cLoss({ ...input, [name]: x }, weights).loss)(input[name]));
    expect(gradientBy('logProb')).toEqual([-1, 0.5]);
    expect(gradientBy('value')).toEqual([expect.closeTo(-1, 6), expect.closeTo(0.5, 6)]);
    expect(gradientBy('entropy')).toEqual([expect.closeTo(-0.05, 6), expect.closeTo(-0.05, 6)]);
  });
});
