import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { registerGradients } from '../program/gradients/gradients.ts';
import { halfSquare, huber } from './huber.ts';
import { maskValues } from './mask-values.ts';
import { normalizeAdvantage, normalizeAdvantages } from './normalize-advantage.ts';
import { polyak } from './polyak.ts';
import { quantileHuber, quantileMidpoints } from './quantile-huber.ts';
import { takeAction } from './take-action.ts';
import { weightedMean } from './weighted-mean.ts';

// Before the tests are listed: some of them make tensors already then.
await useCpuBackend();
beforeAll(registerGradients);

describe('huber', () => {
  const errors = [-3, -1, -0.5, 0, 0.25, 1, 2];

  it('is a parabola within 1 of 0 and a line beyond', () => {
    expectClose(huber(tf.tensor1d(errors)), [2.5, 0.5, 0.125, 0, 0.03125, 0.5, 1.5]);
    expectClose(halfSquare(tf.tensor1d(errors)), [4.5, 0.5, 0.125, 0, 0.03125, 0.5, 2]);
  });

  it('has the error clipped to [-1, 1] as its slope', () => {
    const slope = tf.grad(x => tf.sum(huber(x)))(tf.tensor1d(errors));
    expectClose(slope, [-1, -1, -0.5, 0, 0.25, 1, 1]);
  });
});

describe('quantileHuber', () => {
  it('weighs errors above a quantile by τ and those below by 1 − τ', () => {
    // θ = (0, 1) at τ = (¼, ¾); y = (2, 0.5). u₁ = (2, 0.5), u₂ = (1, −0.5).
    // ¼ (1.5 + 0.125) + ¾ · 0.5 + ¼ · 0.125, over two targets.
    const loss = quantileHuber(tf.tensor2d([[0, 1]]), tf.tensor2d([[2, 0.5]]));
    expectClose(loss, [(0.25 * 1.625 + 0.75 * 0.5 + 0.25 * 0.125) / 2]);
  });

  it('takes other fractions, a set for each row', () => {
    const theta = tf.tensor2d([[0], [0]]);
    const target = tf.tensor2d([[0.5], [-0.5]]);
    expectClose(quantileHuber(theta, target, tf.tensor2d([[0.9], [0.9]])), [0.9 * 0.125, 0.1 * 0.125]);
  });

  it('is least at the quantiles of the targets', () => {
    const targets = tf.tensor2d([[0, 10, 20, 30]]);
    const at = (value: number) => quantileHuber(tf.tensor2d([[value]]), targets, tf.tensor2d([[0.3]])).dataSync()[0];
    // Three tenths of the targets: the second of four.
    for (const value of [0, 5, 15, 20]) expect(at(10)).toBeLessThan(at(value));
  });

  it('has midpoints of equal shares', () => {
    expectClose(quantileMidpoints(4), [0.125, 0.375, 0.625, 0.875]);
  });
});

describe('values of actions', () => {
  const output = tf.tensor2d([
    [1, 2, 3],
    [4, 5, 6],
  ]);

  it('are those of the action of each row', () => {
    expectClose(takeAction(output, tf.tensor1d([2, 0], 'int32')), [3, 4]);
    const quantiles = tf.reshape(tf.range(0, 12), [2, 3, 2]);
    expectClose(takeAction(quantiles, tf.tensor1d([1, 2], 'int32')), [2, 3, 10, 11]);
  });

  it('are below all others where the action is illegal', () => {
    const masked = maskValues(
      output,
      tf.tensor2d(
        [
          [1, 1, 0],
          [0, 1, 0],
        ],
        undefined,
        'int32',
      ),
    );
    expect(Array.from(tf.argMax(masked, 1).dataSync())).toEqual([1, 1]);
    expect(Math.max(masked.dataSync()[2], masked.dataSync()[3], masked.dataSync()[5])).toBeLessThan(-1e8);
    expect(maskValues(output)).toBe(output);
  });
});

describe('weightedMean', () => {
  it('multiplies rows by their weights and divides by their number', () => {
    expectClose(weightedMean(tf.tensor1d([1, 2, 3]), tf.tensor1d([1, 0.5, 0])), [2 / 3]);
    expectClose(weightedMean(tf.tensor1d([1, 2, 3])), [2]);
  });
});

describe('polyak', () => {
  it('moves a share of the way', () => {
    expectClose(polyak(tf.tensor1d([0, 10]), tf.tensor1d([10, 0]), 0.25), [2.5, 7.5]);
  });

  it('copies bit for bit where the share is 1', () => {
    const online = tf.tensor1d([0.1, 1e30]);
    expect(polyak(tf.tensor1d([1e30, 0.1]), online, 1)).toBe(online);
  });
});

describe('normalizeAdvantage', () => {
  // Mean 2, deviations −1, −1, 2: variance 6 / 2.
  const [given, expected] = [
    [1, 1, 4],
    [-1 / Math.sqrt(3), -1 / Math.sqrt(3), 2 / Math.sqrt(3)],
  ];

  it('gives mean 0 and deviation 1, by n − 1, in a program and outside of it', () => {
    expectClose(normalizeAdvantage(tf.tensor1d(given)), expected);
    expectClose(normalizeAdvantages(Float32Array.from(given)), expected);
  });

  it('gives 0 where all are equal, and leaves one alone as it is', () => {
    expectClose(normalizeAdvantage(tf.tensor1d([5, 5, 5])), [0, 0, 0]);
    expectClose(normalizeAdvantages(Float32Array.of(7)), [7]);
    expectClose(normalizeAdvantage(tf.tensor1d([7])), [7]);
  });
});
