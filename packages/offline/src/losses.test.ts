import * as tf from '@tensorflow/tfjs';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { distanceLoss, likelihoodLoss } from './bc.ts';
import { bcqTarget, vaeLoss } from './bcq.ts';
import { cqlWeightLoss, logSumExpEstimate } from './cql.ts';
import { constrainedValues } from './discrete-bcq.ts';
import { conservativePenalty } from './discrete-cql.ts';
import { normalizedScore } from './normalized-score.ts';
import { repeatRows } from './repeat-rows.ts';

// TensorFlow.js advertises itself at its first operation.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementationOnce(() => {});
  tf.scalar(0).dispose();
});

const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());
const closeTo = (tensor: tf.Tensor, expected: readonly number[], digits = 5) => {
  const found = numbers(tensor);
  expect(found.length).toBe(expected.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], digits);
};

describe('CQL', () => {
  it('penalises what exceeds the value of the data, over legal actions', () => {
    const q = tf.tensor2d([0, Math.log(3), Math.log(2), 5, 1, 5], [2, 3]);
    // log(1 + 3 + 2) − log 2, and log(e⁵ + e¹ + e⁵) − 1.
    const action = tf.tensor1d([2, 1], 'int32');
    closeTo(conservativePenalty(q, action), [Math.log(3), Math.log(2 * Math.exp(5) + Math.E) - 1]);
    const mask = tf.tensor2d([1, 0, 1, 0, 1, 0], [2, 3], 'int32');
    closeTo(conservativePenalty(q, action, mask), [Math.log(1.5), 0]);
  });

  it('estimates log ∫ exp Q without bias from proposals of any density', () => {
    // Q(a) = a on [−1, 1]: ∫ exp a da = e − 1/e. Half uniform, half drawn from the density (1 + a) / 2.
    const rng = new Rng(1);
    const half = 50_000;
    const uniform = Array.from({ length: half }, () => rng.uniform(-1, 1));
    const skewed = Array.from({ length: half }, () => 2 * Math.sqrt(1 - rng.random()) - 1);
    const q = tf.tensor2d([...uniform, ...skewed], [1, 2 * half]);
    const density = tf.tensor2d([...uniform.map(() => Math.log(0.5)), ...skewed.map(a => Math.log((1 + a) / 2))], [1, 2 * half]);
    const [found] = numbers(logSumExpEstimate(q, density));
    expect(Math.abs(found - Math.log(Math.E - 1 / Math.E))).toBeLessThan(0.02);
    // Two proposals, by hand: log ½ (e¹ / ½ + e² / ¼).
    closeTo(logSumExpEstimate(tf.tensor2d([[1, 2]]), tf.tensor2d([[Math.log(0.5), Math.log(0.25)]])), [
      Math.log(0.5 * (2 * Math.E + 4 * Math.E ** 2)),
    ]);
  });

  it('raises a learned weight where the penalty is above the threshold', () => {
    const slope = (penalty: number) =>
      numbers(tf.grad(x => cqlWeightLoss(x, tf.scalar(penalty), 10))(tf.tensor1d([Math.log(3)])) as tf.Tensor)[0];
    expect(slope(12)).toBeCloseTo(-6, 5);
    expect(slope(8)).toBeCloseTo(6, 5);
  });
});

describe('BCQ', () => {
  it('weighs distance and divergence of the auto-encoder', () => {
    const mean = tf.tensor2d([[1, 0]]);
    const logStd = tf.tensor2d([[0, Math.log(2)]]);
    // Distance (0.5² + 1²) / 2; divergences ½ (1 + 1 − 1) − 0 and ½ (0 + 4 − 1) − log 2.
    const loss = vaeLoss(tf.tensor2d([[0.5, -1]]), tf.tensor2d([[0, 0]]), { mean, logStd, klWeight: 0.5 });
    closeTo(loss, [0.625 + 0.5 * ((0.5 + 1.5 - Math.log(2)) / 2)]);
  });

  it('takes the best candidate by a mixture of the critics', () => {
    const q = [
      tf.tensor2d([
        [1, 4],
        [0, 0],
      ]),
      tf.tensor2d([
        [3, 2],
        [-1, 8],
      ]),
    ];
    // Mixtures 0.75 min + 0.25 max: 1.5 and 2.5; −0.75 and 2.
    closeTo(bcqTarget(tf.tensor1d([10, 20]), tf.tensor1d([0.5, 0]), q, 0.75), [11.25, 20]);
  });

  it('leaves only actions that are likely enough to choose from', () => {
    const q = tf.tensor2d([[1, 2, 3]]);
    const logits = tf.log(tf.tensor2d([[0.6, 0.3, 0.1]]));
    const best = (threshold: number) => numbers(tf.argMax(constrainedValues(q, logits, threshold), 1))[0];
    // Relative to the most probable: 1, ½ and 1/6.
    expect([0, 0.1, 0.2, 0.45, 0.55, 1].map(best)).toEqual([2, 2, 1, 1, 0, 0]);
    closeTo(constrainedValues(q, logits, 0.45), [1, 2, 3 - 1e6], -1);
  });
});

describe('behavioural cloning', () => {
  it('is the mean log-likelihood of indices, among legal ones, and the mean square distance of numbers', () => {
    const logits = tf.log(
      tf.tensor2d([
        [0.5, 0.25, 0.25],
        [0.1, 0.8, 0.1],
      ]),
    );
    const action = tf.tensor1d([1, 1], 'int32');
    closeTo(likelihoodLoss(logits, action), [-(Math.log(0.25) + Math.log(0.8)) / 2]);
    const mask = tf.tensor2d([0, 1, 1, 1, 1, 1], [2, 3], 'int32');
    closeTo(likelihoodLoss(logits, action, mask), [-(Math.log(0.5) + Math.log(0.8)) / 2]);
    closeTo(distanceLoss(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 0]])), [2.5]);
  });
});

it('repeats each row', () => {
  closeTo(
    repeatRows(
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
      3,
    ),
    [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
  );
});

it('scores 0 for chance and 100 for the expert', () => {
  const reference = { random: -1200, expert: -200 };
  expect([-1200, -200, -700, -100].map(value => normalizedScore(value, reference))).toEqual([0, 100, 50, 110]);
  expect(() => normalizedScore(1, { random: 2, expert: 2 })).toThrow(/expert must be above random/);
});
