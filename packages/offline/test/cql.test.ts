import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { createEngine, SquashedGaussian } from '@zpin/core';
import { expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { cloningLoss, conservativePenalties, cqlWeightLoss, logSumExpEstimate, propose } from '../src/cql.ts';

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

it('weighs uniform actions, and those of the policy at s and at s′, by the densities that they are from', () => {
  const [B, N] = [2, 2];
  const means = [
    [0.3, -0.2],
    [0.8, 0.1],
  ];
  const logStds = [
    [-0.5, 0.2],
    [-1, 0],
  ];
  const uniform = [0.5, -0.25, 0.1, 0.9];
  // Row by row: noise of the actions at s, then of those at s′.
  const noise = [
    [0.4, -1.1, 0.7, 0.2],
    [-0.3, 1.5, -0.6, 0.05],
  ];
  const obs = [2, -1];
  const column = (numbers: readonly number[]) => tf.tensor2d([...numbers], [numbers.length, 1]);
  const policies = means.map((mean, i) => new SquashedGaussian(column(mean), column(logStds[i])));
  const drawn = { uniform: tf.tensor2d(uniform, [B, N]), noise: tf.tensor2d(noise), count: N, actionSize: 1 };
  const proposals = propose({ policies, obs: column(obs), ...drawn });
  const q = (s: number, a: number) => 0.5 * s * a + a * a;
  const judge = (s: tf.Tensor, a: tf.Tensor) => [
    tf.reshape(tf.add(tf.mul(tf.mul(s, a), 0.5), tf.square(a)), [-1]),
    tf.reshape(tf.mul(a, 3), [-1]),
  ];
  const inData = [tf.tensor1d([0.2, 0.4]), tf.tensor1d([0, 1])];
  const penalties = conservativePenalties(inData, judge, proposals);

  const expected = (value: (s: number, a: number) => number, data: readonly number[]) => {
    const rows = obs.map((s, b) => {
      const terms = [0, 1].map(n => Math.exp(value(s, uniform[b * N + n])) / 0.5);
      for (const [p, mean] of means.entries()) {
        for (let n = 0; n < N; n++) {
          const z = noise[b][p * N + n];
          const std = Math.exp(logStds[p][b]);
          const u = mean[b] + std * z;
          const density = Math.exp(-0.5 * z * z) / (std * Math.sqrt(2 * Math.PI)) / (1 - Math.tanh(u) ** 2);
          terms.push(Math.exp(value(s, Math.tanh(u))) / density);
        }
      }
      return Math.log(terms.reduce((sum, term) => sum + term, 0) / terms.length) - data[b];
    });
    return (rows[0] + rows[1]) / 2;
  };
  expectClose(penalties[0], [expected(q, [0.2, 0.4])]);
  expectClose(penalties[1], [expected((_, a) => 3 * a, [0, 1])]);
});

it('clones by likelihood, with the entropy of the policy, and actions at a bound as if inside', () => {
  const policy = new SquashedGaussian(tf.tensor2d([[0.2], [0]]), tf.tensor2d([[-1], [0]]));
  const density = (u: number, mean: number, std: number) =>
    Math.exp(-0.5 * ((u - mean) / std) ** 2) / (std * Math.sqrt(2 * Math.PI)) / (1 - Math.tanh(u) ** 2);
  const logProb = tf.tensor1d([0.3, -0.7]);
  const loss = cloningLoss(policy, logProb, tf.tensor2d([[Math.tanh(0.5)], [1]]), tf.scalar(2));
  const likelihoods = [Math.log(density(0.5, 0.2, Math.exp(-1))), Math.log(density(Math.atanh(0.999), 0, 1))];
  expectClose(loss, [(2 * 0.3 - likelihoods[0] + 2 * -0.7 - likelihoods[1]) / 2], 3);
});
