import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { cqlWeightLoss, logSumExpEstimate } from '../src/cql.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('estimates log ∫ exp Q without bias from proposals of any density', () => {
  // Q(a) = a on [−1, 1]: ∫ exp a da = e − 1/e. Half uniform, half drawn from the density (1 + a) / 2.
  const rng = new Rng(1);
  const half = 50_000;
  const uniform = Array.from({ length: half }, () => rng.uniform(-1, 1));
  const skewed = Array.from({ length: half }, () => 2 * Math.sqrt(1 - rng.random()) - 1);
  const q = tf.tensor2d([...uniform, ...skewed], [1, 2 * half]);
  const density = tf.tensor2d([...uniform.map(() => Math.log(0.5)), ...skewed.map(a => Math.log((1 + a) / 2))], [1, 2 * half]);
  const [found] = logSumExpEstimate(q, density).dataSync();
  expect(Math.abs(found - Math.log(Math.E - 1 / Math.E))).toBeLessThan(0.02);
  // Two proposals, by hand: log ½ (e¹ / ½ + e² / ¼).
  expectClose(logSumExpEstimate(tf.tensor2d([[1, 2]]), tf.tensor2d([[Math.log(0.5), Math.log(0.25)]])), [
    Math.log(0.5 * (2 * Math.E + 4 * Math.E ** 2)),
  ]);
});

it('raises a learned weight where the penalty is above the threshold', () => {
  const slope = (penalty: number) =>
    (tf.grad(x => cqlWeightLoss(x, tf.scalar(penalty), 10))(tf.tensor1d([Math.log(3)])) as tf.Tensor).dataSync()[0];
  expect(slope(12)).toBeCloseTo(-6, 5);
  expect(slope(8)).toBeCloseTo(6, 5);
});
