import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { expectileLoss, iqlActorLoss, iqlTarget } from '../src/iql.ts';

await createEngine('tensorflow', { backend: 'cpu' });

describe('the expectile', () => {
  const q = tf.tensor1d([0, 1, 4]);
  const slopeAt = (value: number, expectile: number) =>
    (tf.grad(v => expectileLoss(q, tf.broadcastTo(v, [3]), expectile))(tf.scalar(value)) as tf.Tensor).dataSync()[0];

  it('weighs what lies above by τ and what lies below by 1 − τ', () => {
    // u = −1, 0 and 3: (0.1 · 1 + 0 + 0.9 · 9) / 3.
    expectClose(expectileLoss(q, tf.fill([3], 1), 0.9), [8.2 / 3]);
  });

  it('is where the loss is least: the mean at ½, by hand at 0.8', () => {
    expect(slopeAt(5 / 3, 0.5)).toBeCloseTo(0, 5);
    // 0.2 (v − 0) + 0.2 (v − 1) = 0.8 (4 − v): v = 17 / 6.
    expect(slopeAt(17 / 6, 0.8)).toBeCloseTo(0, 5);
    expect(slopeAt(17 / 6 - 0.1, 0.8)).toBeLessThan(-0.01);
    expect(slopeAt(17 / 6 + 0.1, 0.8)).toBeGreaterThan(0.01);
  });
});

it('bootstraps from V, but not after an end', () => {
  expectClose(iqlTarget(tf.tensor1d([1, 2]), tf.tensor1d([0.5, 0]), tf.tensor1d([10, 20])), [6, 2]);
});

it('weighs each action of the data by its advantage, at most a hundredfold', () => {
  const logProb = tf.tensor1d([-1, -2, -3]);
  const advantage = tf.tensor1d([0, 0.5, 1e30]);
  expectClose(iqlActorLoss(logProb, advantage, 2), [(1 + 2 * Math.E + 300) / 3], 4);
  // A weight of 0 for advantages clones.
  expectClose(iqlActorLoss(logProb, advantage, 0), [2]);
});
