import * as tf from '@tensorflow/tfjs-core';
import { Rng, SpaceError } from '@zpin/contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { registerGradients } from '../program/gradients/gradients.ts';
import { Bernoulli } from './bernoulli.ts';
import { Categorical } from './categorical.ts';
import { DiagonalGaussian } from './diagonal-gaussian.ts';
import { Joint } from './joint.ts';
import { MultiCategorical } from './multi-categorical.ts';
import { SquashedGaussian } from './squashed-gaussian.ts';

// Before the tests are listed: some of them make tensors already then.
await useCpuBackend();
beforeAll(registerGradients);

const list = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());
const log = (...values: number[]) => tf.tensor2d([values.map(Math.log)]);

describe('Categorical', () => {
  it('gives log-probabilities, entropy and divergence worked out by hand', () => {
    const [p, q] = [new Categorical(log(1, 2, 1)), new Categorical(log(1, 1, 2))];
    expectClose(p.probs, [0.25, 0.5, 0.25]);
    expectClose(p.logProb(tf.tensor1d([1], 'int32')), [Math.log(0.5)]);
    // ½ log 2 + 2 · ¼ log 4 = 1.5 log 2
    expectClose(p.entropy(), [1.5 * Math.LN2]);
    // ¼ log 1 + ½ log 2 + ¼ log ½ = ¼ log 2
    expectClose(p.kl(q), [0.25 * Math.LN2]);
    expectClose(p.kl(p), [0]);
    expect(list(p.mode())).toEqual([1]);
  });

  it('keeps rows apart', () => {
    const logits = tf.tensor2d([
      [0, 5, 0],
      [9, 0, 0],
    ]);
    const distribution = new Categorical(logits);
    expect(list(distribution.mode())).toEqual([1, 0]);
    expectClose(distribution.logProb(tf.tensor1d([0, 0], 'int32')), [-Math.log(2 + Math.exp(5)), -Math.log1p(2 * Math.exp(-9))]);
  });

  it('draws the action whose share of [0, 1) holds the noise', () => {
    const noise = [0, 0.2499, 0.2501, 0.7499, 0.7501, 0.999999];
    const distribution = new Categorical(tf.tile(log(1, 2, 1), [noise.length, 1]));
    expect(list(distribution.sample(tf.tensor1d(noise)))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it('never draws an illegal or impossible action, whatever the noise', () => {
    const logit = fc.oneof(fc.double({ min: -5, max: 5, noNaN: true }), fc.constantFrom(-200, 200));
    const action = fc.record({ logit, legal: fc.boolean() });
    const noise = fc.oneof(fc.constantFrom(0, 1 - 2 ** -24, 1, 1e-45), fc.double({ min: 0, max: 1, noNaN: true }));
    fc.assert(
      fc.property(fc.array(action, { minLength: 1, maxLength: 9 }), fc.nat(8), noise, (actions, legalOne, u) => {
        tf.tidy(() => {
          const legal = actions.map((a, i) => a.legal || i === legalOne % actions.length);
          const mask = tf.tensor2d([legal.map(Number)], undefined, 'int32');
          const distribution = new Categorical(tf.tensor2d([actions.map(a => a.logit)]), mask);
          const [index] = list(distribution.sample(tf.tensor1d([u])));
          const probs = list(distribution.probs);
          expect(legal[index]).toBe(true);
          expect(probs[index]).toBeGreaterThan(0);
          // The share of the action holds the noise, up to the rounding of the sums.
          const before = probs.slice(0, index).reduce((a, b) => a + b, 0);
          expect(before).toBeLessThanOrEqual(u + 1e-6);
          expect(before + probs[index]).toBeGreaterThanOrEqual(u - 1e-6);
        });
      }),
    );
  });

  it('gives and takes actions from its start on', () => {
    const moved = new Categorical(log(1, 2, 1), undefined, 5);
    const [last] = [new Categorical(log(1, 2, 1), tf.tensor2d([[0, 0, 1]]), -3)];
    expect(list(moved.mode())).toEqual([6]);
    expect([0.1, 0.5, 0.9].map(noise => list(moved.sample(tf.tensor1d([noise])))[0])).toEqual([5, 6, 7]);
    expectClose(moved.logProb(tf.tensor1d([6], 'int32')), [Math.log(0.5)]);
    expect(list(last.mode())).toEqual([-1]);
    expectClose(last.logProb(tf.tensor1d([-1], 'int32')), [0]);
    const several = new MultiCategorical(log(1, 3, 2, 1, 1), [2, 3], undefined, [-1, 10]);
    expect(list(several.mode())).toEqual([0, 10]);
    expectClose(several.logProb(tf.tensor2d([[-1, 12]], undefined, 'int32')), [Math.log(1 / 16)]);
  });

  it('stays finite with masks, in values and in gradients', () => {
    const mask = tf.tensor2d([
      [1, 0, 1],
      [0, 0, 1],
    ]);
    const logits = tf.tensor2d([
      [1, 80, 1],
      [500, -500, -1000],
    ]);
    const masked = new Categorical(logits, mask);
    expect(list(masked.probs)).toEqual([0.5, 0, 0.5, 0, 0, 1]);
    expectClose(masked.entropy(), [Math.LN2, 0]);
    expectClose(masked.kl(new Categorical(tf.zeros([2, 3]), mask)), [0, 0]);
    expect(list(masked.mode())).toEqual([0, 2]);
    const value = (z: tf.Tensor) => {
      const d = new Categorical(z, mask);
      return tf.sum(
        tf.add(tf.add(d.entropy(), d.logProb(tf.tensor1d([2, 2], 'int32'))), d.kl(new Categorical(tf.ones([2, 3]), mask))),
      );
    };
    const gradient = list(tf.grad(value)(logits));
    expectClose(gradient, [-0.5, 0, 0.5, 0, 0, 0]);
    const second = list(tf.grad(z => tf.sum(tf.square(tf.grad(value)(z))))(logits));
    expect(second.every(Number.isFinite)).toBe(true);
  });

  it('stays finite between policies with different masks', () => {
    const [p, q] = [
      new Categorical(tf.zeros([1, 2]), tf.tensor2d([[1, 0]])),
      new Categorical(tf.zeros([1, 2]), tf.tensor2d([[0, 1]])),
    ];
    expect(list(p.kl(q))[0]).toBeGreaterThan(1e8);
    expect(list(p.kl(q))[0]).toBeLessThan(Number.POSITIVE_INFINITY);
  });
});

describe('MultiCategorical', () => {
  const logits = log(1, 2, 1, 3, 1);
  const distribution = () => new MultiCategorical(logits, [3, 2]);

  it('is the product of its choices', () => {
    expectClose(distribution().logProb(tf.tensor2d([[1, 0]], undefined, 'int32')), [Math.log(0.5 * 0.75)]);
    expectClose(distribution().entropy(), [1.5 * Math.LN2 + 0.25 * Math.log(4) + 0.75 * Math.log(4 / 3)]);
    expectClose(distribution().kl(new MultiCategorical(log(1, 1, 2, 1, 1), [3, 2])), [
      0.25 * Math.LN2 + 0.75 * Math.log(1.5) + 0.25 * Math.log(0.5),
    ]);
    expect(list(distribution().mode())).toEqual([1, 0]);
  });

  it('draws each choice from its own noise', () => {
    expect(list(distribution().sample(tf.tensor2d([[0.8, 0.7]])))).toEqual([2, 0]);
    expect(list(distribution().sample(tf.tensor2d([[0.1, 0.8]])))).toEqual([0, 1]);
  });

  it('masks each choice', () => {
    const masked = new MultiCategorical(logits, [3, 2], tf.tensor2d([[1, 0, 0, 0, 1]]));
    expect(list(masked.sample(tf.tensor2d([[0.99, 0]])))).toEqual([0, 1]);
  });

  it('refuses logits of another width', () => {
    expect(() => new MultiCategorical(logits, [3, 3])).toThrow(/6 columns, got \[1,5\]/);
  });
});

describe('Bernoulli', () => {
  it('agrees with formulas in probabilities', () => {
    const [p, q] = [0.8, 0.3];
    const [a, b] = [p, q].map(value => new Bernoulli(tf.tensor2d([[Math.log(value / (1 - value)), 0]])));
    expectClose(a.logProb(tf.tensor2d([[1, 0]])), [Math.log(p) + Math.log(0.5)]);
    expectClose(a.logProb(tf.tensor2d([[0, 1]])), [Math.log(1 - p) + Math.log(0.5)]);
    expectClose(a.entropy(), [-p * Math.log(p) - (1 - p) * Math.log(1 - p) + Math.LN2]);
    expectClose(a.kl(b), [p * Math.log(p / q) + (1 - p) * Math.log((1 - p) / (1 - q))]);
    expect(list(a.mode())).toEqual([1, 0]);
    expect(list(a.sample(tf.tensor2d([[0.79, 0.51]])))).toEqual([1, 0]);
    expect(list(a.sample(tf.tensor2d([[0.81, 0.49]])))).toEqual([0, 1]);
  });

  it('stays finite for extreme logits', () => {
    const extreme = new Bernoulli(tf.tensor2d([[300, -300]]));
    expectClose(extreme.entropy(), [0]);
    expectClose(extreme.logProb(tf.tensor2d([[0, 0]])), [-300]);
  });
});

describe('DiagonalGaussian', () => {
  const mean = tf.tensor2d([
    [0, 1],
    [2, -1],
  ]);
  const logStd = tf.tensor1d([0, Math.LN2]);

  it('gives values worked out by hand', () => {
    const d = new DiagonalGaussian(mean, logStd);
    const halfLogTwoPi = Math.log(Math.sqrt(2 * Math.PI));
    // Distances in standard deviations: [1, 1] and [0, 2].
    const action = tf.tensor2d([
      [1, 3],
      [2, 3],
    ]);
    expectClose(d.logProb(action), [-1 - Math.LN2 - 2 * halfLogTwoPi, -2 - Math.LN2 - 2 * halfLogTwoPi]);
    const entropy = Math.log(2 * Math.PI * Math.E) + Math.LN2;
    expectClose(d.entropy(), [entropy, entropy]);
    expect(list(d.mode())).toEqual([0, 1, 2, -1]);
    expectClose(
      d.sample(
        tf.tensor2d([
          [1, -1],
          [0, 2],
        ]),
      ),
      [1, -1, 2, 3],
    );
    // KL(N(0,1) ‖ N(1,2²)) = log 2 + (1 + 1)/8 − ½; KL(N(0,1) ‖ N(0,1)) = 0
    const [p, q] = [
      new DiagonalGaussian(tf.tensor2d([[0]]), tf.tensor1d([0])),
      new DiagonalGaussian(tf.tensor2d([[1]]), tf.slice1d(logStd, 1, 1)),
    ];
    expectClose(p.kl(q), [Math.LN2 + 0.25 - 0.5]);
    expectClose(p.kl(p), [0]);
  });

  it('takes standard deviations from a network', () => {
    const d = new DiagonalGaussian(
      mean,
      tf.tensor2d([
        [0, 0],
        [Math.LN2, Math.LN2],
      ]),
    );
    expectClose(d.sample(tf.ones([2, 2])), [1, 2, 4, 1]);
    const [first, second] = list(d.entropy());
    expect(second - first).toBeCloseTo(2 * Math.LN2, 5);
  });

  it('keeps the digits of small divergences', () => {
    // Both terms of order 1e-8 would drown in float32 rounding of log and square of the ratio.
    const [p, q] = [
      new DiagonalGaussian(tf.tensor2d([[0]]), tf.tensor1d([1e-4])),
      new DiagonalGaussian(tf.tensor2d([[0]]), tf.tensor1d([0])),
    ];
    const exact = 0.5 * Math.expm1(2e-4) - 1e-4;
    expect(Math.abs(list(p.kl(q))[0] - exact)).toBeLessThan(1e-2 * exact + 1e-11);
  });

  it('gives samples and their noise the same log-probability', () => {
    const d = new DiagonalGaussian(mean, logStd);
    const noise = tf.tensor2d([
      [0.3, -1.2],
      [2, 0.1],
    ]);
    expectClose(d.logProbOfNoise(noise), list(d.logProb(d.sample(noise))));
  });
});

describe('SquashedGaussian', () => {
  const bounds = { low: [-2, 0.1], high: [2, 0.7] };

  /** Log-density of one component in float64 by the change of variables. */
  function logDensity(action: number, mean: number, std: number, low: number, high: number): number {
    const half = (high - low) / 2;
    const t = (action - (high + low) / 2) / half;
    const u = Math.atanh(t);
    return -0.5 * ((u - mean) / std) ** 2 - Math.log(std * Math.sqrt(2 * Math.PI)) - Math.log((1 - t * t) * half);
  }

  it('agrees with the change of variables in float64', () => {
    const d = new SquashedGaussian(tf.tensor2d([[0.4, -0.3]]), tf.tensor1d([Math.log(0.5), Math.log(1.5)]), bounds);
    for (const action of [
      [0.2, 0.5],
      [-1.9, 0.11],
      [1.5, 0.69],
    ]) {
      const expected = logDensity(action[0], 0.4, 0.5, -2, 2) + logDensity(action[1], -0.3, 1.5, 0.1, 0.7);
      expectClose(d.logProb(tf.tensor2d([action])), [expected], 3);
    }
  });

  it('has a density that integrates to 1', () => {
    const points = 4000;
    const actions = Array.from({ length: points }, (_, i) => [0.1 + (0.6 * (i + 0.5)) / points]);
    const d = new SquashedGaussian(tf.fill([points, 1], 0.3), tf.tensor1d([-0.2]), { low: 0.1, high: 0.7 });
    const integral = list(d.logProb(tf.tensor2d(actions))).reduce((sum, value) => sum + (Math.exp(value) * 0.6) / points, 0);
    expect(integral).toBeCloseTo(1, 3);
  });

  it('gives samples the log-probability that it gives to the actions', () => {
    const rng = new Rng(1);
    const noise = tf.tensor2d(rng.standardNormalInto(new Float32Array(60)), [30, 2]);
    const d = new SquashedGaussian(tf.fill([30, 2], 0.3), tf.tensor1d([-1, 0]), bounds);
    const { action, logProb } = d.sampleWithLogProb(noise);
    expect(list(action)).toEqual(list(d.sample(noise)));
    expectClose(logProb, list(d.logProb(action)), 2);
  });

  it('stays inside its bounds and finite where tanh saturates', () => {
    const noise = tf.tensor2d([
      [40, 40],
      [-40, -40],
      [9, 9],
    ]);
    const d = new SquashedGaussian(tf.zeros([3, 2]), tf.tensor1d([0, 0]), bounds);
    const { action, logProb } = d.sampleWithLogProb(noise);
    expect(list(action).slice(0, 4)).toEqual([2, Math.fround(0.7), -2, Math.fround(0.1)]);
    for (const value of list(action).filter((_, i) => i % 2 === 1)) {
      expect(value).toBeGreaterThanOrEqual(Math.fround(0.1));
      expect(value).toBeLessThanOrEqual(Math.fround(0.7));
    }
    // At u = 40: −u²/2 − ½ log 2π − 2 (log 2 − 40) − log half, exactly.
    const each = -800 - 0.5 * Math.log(2 * Math.PI) - 2 * (Math.LN2 - 40);
    expectClose([list(logProb)[0]], [2 * each - Math.log(2) - Math.log(0.3)], 2);
    const gradient = tf.grad(m => tf.sum(new SquashedGaussian(m, tf.zeros([2]), bounds).sampleWithLogProb(noise).logProb));
    expect(list(gradient(tf.zeros([3, 2]))).every(Number.isFinite)).toBe(true);
    expect(list(d.logProb(action)).every(Number.isFinite)).toBe(true);
  });

  it('differentiates samples by mean and deviation', () => {
    // d/dmean log π(a) along a sample: only the correction depends on the mean, d/du −log(1 − tanh² u) = 2 tanh u.
    const noise = tf.tensor2d([[0.7]]);
    const logProb = (mean: tf.Tensor, logStd: tf.Tensor) =>
      tf.sum(new SquashedGaussian(mean, logStd).sampleWithLogProb(noise).logProb);
    const [byMean, byLogStd] = tf.grads(logProb)([tf.tensor2d([[0.2]]), tf.tensor2d([[-0.5]])]);
    const std = Math.exp(-0.5);
    const slope = 2 * Math.tanh(0.2 + 0.7 * std);
    expectClose(byMean, [slope]);
    expectClose(byLogStd, [slope * 0.7 * std - 1]);
  });

  it('has the divergence of its normal distributions, and the mode of their mean', () => {
    const [p, q] = [0, 1].map(mean => new SquashedGaussian(tf.tensor2d([[mean, mean]]), tf.zeros([2]), bounds));
    expectClose(p.kl(q), [1]);
    expectClose(q.mode(), [2 * Math.tanh(1), 0.4 + 0.3 * Math.tanh(1)]);
  });

  it.each([
    [0, -1],
    [0.8, 0],
    [-2, 0.7],
  ])('has the entropy of its density, mean %d and log standard deviation %d', (mean, logStd) => {
    const d = new SquashedGaussian(tf.fill([1, 2], mean), tf.fill([2], logStd), bounds);
    // −E[log p(a)] over u in float64, with log p(a) = log p(u) − log da/du.
    const entropy = (half: number) => {
      const [std, step] = [Math.exp(logStd), 1e-3];
      let sum = 0;
      for (let z = -9; z < 9; z += step) {
        const logDensity = -0.5 * z * z - 0.5 * Math.log(2 * Math.PI);
        const logSlope = Math.log(half) + Math.log(1 - Math.tanh(mean + std * z) ** 2 + 1e-300);
        sum -= Math.exp(logDensity) * (logDensity - logStd - logSlope) * step;
      }
      return sum;
    };
    expectClose(d.entropy(), [entropy(2) + entropy(0.3)], 4);
  });

  it('refuses boxes without a volume', () => {
    const make = (low: number | number[], high: number | number[]) => () =>
      new SquashedGaussian(tf.zeros([1, 2]), tf.zeros([2]), { low, high });
    expect(make(0, Number.POSITIVE_INFINITY)).toThrow(SpaceError);
    expect(make(1, 1)).toThrow(SpaceError);
    expect(make([0, 0, 0], [1, 1, 1])).toThrow(/2 components/);
  });
});

describe('Joint', () => {
  /** A choice of three from 5 on, two numbers, and a bit. */
  const joint = (logits: readonly number[], mean: readonly number[]) =>
    new Joint(
      [
        {
          distribution: new Categorical(tf.tensor2d([[...logits]]), undefined, 5),
          action: { offset: 0, size: 1, isScalar: true },
          noise: { offset: 0, size: 1, isScalar: true },
          dtype: 'int32',
        },
        {
          distribution: new DiagonalGaussian(tf.tensor2d([[...mean]]), tf.tensor1d([0, Math.log(2)])),
          action: { offset: 1, size: 2, isScalar: false },
          noise: { offset: 1, size: 2, isScalar: false },
          dtype: 'float32',
        },
        {
          distribution: new Bernoulli(tf.tensor2d([[0]])),
          action: { offset: 3, size: 1, isScalar: false },
          noise: { offset: 3, size: 1, isScalar: false },
          dtype: 'int32',
        },
      ],
      'float32',
    );
  const logits = [Math.log(1), Math.log(2), Math.log(1)];

  it('samples each part from its own noise, one behind the other', () => {
    // 0.3 lies in the second of the shares 1/4, 1/2, 1/4; 10 + 1.5 and −3 − 2; the bit is 1 where its noise is below 1/2.
    expectClose(joint(logits, [10, -3]).sample(tf.tensor2d([[0.3, 1.5, -1, 0.2]])), [6, 11.5, -5, 1]);
    expectClose(joint(logits, [10, -3]).mode(), [6, 10, -3, 0]);
  });

  it('adds log-probabilities, entropies and divergences', () => {
    const action = tf.tensor2d([[6, 11.5, -5, 1]]);
    const normal = -0.5 * (1.5 ** 2 + 1) - Math.log(2 * Math.PI) - Math.log(2);
    expectClose(joint(logits, [10, -3]).logProb(action), [Math.log(0.5) + normal + Math.log(0.5)]);
    const choice = 0.5 * Math.log(2) + 0.5 * Math.log(4);
    expectClose(joint(logits, [10, -3]).entropy(), [choice + Math.log(2 * Math.PI * Math.E) + Math.log(2) + Math.log(2)]);
    // Σ p log(p/q) of (1, 2, 1)/4 and (1, 1, 2)/4, and half the square of a mean one deviation off.
    const expected = 0.5 * Math.log(2) + 0.25 * Math.log(0.5) + 0.5;
    expectClose(joint(logits, [10, -3]).kl(joint([0, 0, Math.log(2)], [10, -1])), [expected]);
  });
});
