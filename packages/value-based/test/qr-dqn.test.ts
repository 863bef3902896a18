import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { createEngine, quantileHuber } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { quantileLoss, quantileTarget, quantileValues } from '../src/qr-dqn.ts';

await createEngine('tensorflow', { backend: 'cpu' });

/** Equations 9 and 10 of the paper, number by number. */
function slowLoss(quantiles: readonly number[], target: readonly number[]): number {
  let sum = 0;
  for (const [i, theta] of quantiles.entries()) {
    const tau = (i + 0.5) / quantiles.length;
    for (const y of target) {
      const u = y - theta;
      const huber = Math.abs(u) <= 1 ? u * u * 0.5 : Math.abs(u) - 0.5;
      sum += (Math.abs(tau - (u < 0 ? 1 : 0)) * huber) / target.length;
    }
  }
  return sum;
}

describe('the quantile Huber loss', () => {
  it('weighs errors by hand', () => {
    // τ̂ = 1/4, 3/4; y = 0 and 3. θ₁ = 0: u = 0, 3: ¼ · 2.5. θ₂ = 1: u = −1, 2: ¼ · ½ + ¾ · 1.5. Halves for the mean over y.
    expectClose(quantileHuber(tf.tensor2d([[0, 1]]), tf.tensor2d([[0, 3]])), [(0.25 * 2.5 + 0.25 * 0.5 + 0.75 * 1.5) / 2]);
  });

  it('equals the equations of the paper on random numbers', () => {
    const rng = new Rng(1);
    const random = (n: number) => Array.from({ length: 20 }, () => Array.from({ length: n }, () => rng.uniform(-3, 3)));
    const [quantiles, target] = [random(7), random(7)];
    expectClose(
      quantileHuber(tf.tensor2d(quantiles), tf.tensor2d(target)),
      quantiles.map((row, i) => slowLoss(row, target[i])),
    );
  });

  it('draws quantiles to their shares of the target', () => {
    // Many targets, evenly spread over [0, 10]. At 2.5 those above pull with ¼ · (0.05 + 0.65), those below with ¾ · (0.05 +
    // 0.15): within 1 of the quantile the pull is weaker, so it is 0 only near 2.5.
    const target = tf.tensor2d([Array.from({ length: 400 }, (_, i) => (i + 0.5) / 40)]);
    const slope = (theta: number[]) => tf.grad(x => tf.sum(quantileHuber(x, target)))(tf.tensor2d([theta]));
    expectClose(slope([2.5, 7.5]), [-0.025, 0.025]);
    expect(slope([3, 7]).dataSync()[0]).toBeGreaterThan(0);
    expect(slope([3, 7]).dataSync()[1]).toBeLessThan(0);
  });

  it('counts the action taken alone, by its weight', () => {
    const quantiles = tf.tensor3d([
      [
        [9, 9],
        [0, 1],
      ],
    ]);
    const target = tf.tensor2d([[0, 3]]);
    const { loss, qTaken, error } = quantileLoss(quantiles, tf.tensor1d([1], 'int32'), target, tf.tensor1d([0.5]));
    expectClose(error, [0.9375]);
    expectClose(loss, [0.46875]);
    expectClose(qTaken, [0.5]);
  });
});

it('values actions by the mean quantile, and moves quantiles by reward and discount', () => {
  expectClose(
    quantileValues(
      tf.tensor3d([
        [
          [1, 2, 6],
          [0, 0, -3],
        ],
      ]),
    ),
    [3, -1],
  );
  expectClose(
    quantileTarget(
      tf.tensor1d([1, 2]),
      tf.tensor1d([0.5, 0]),
      tf.tensor2d([
        [2, 4],
        [8, 9],
      ]),
    ),
    [2, 3, 2, 2],
  );
});
