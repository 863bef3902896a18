import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine, quantileHuber, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { cosines, iqnConfig, iqnNetwork } from '../src/iqn.ts';
import { quantileLoss } from '../src/qr-dqn.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('reads a fraction by cosines', () => {
  // i = 0, 1, 2: cos 0, cos π/2, cos π; cos 0, cos π, cos 2π.
  expectClose(cosines(tf.tensor2d([[0.5, 1]]), 3), [1, 0, -1, 1, -1, 1]);
});

describe('the loss', () => {
  it('weighs errors by the fractions that were drawn, by hand', () => {
    // τ = 0.1, 0.9; y = 2. θ₁ = 0: u = 2, 0.1 · 1.5. θ₂ = 3: u = −1, (1 − 0.9) · 0.5.
    const fractions = tf.tensor2d([[0.1, 0.9]]);
    expectClose(quantileHuber(tf.tensor2d([[0, 3]]), tf.tensor2d([[2]]), fractions), [0.15 + 0.05]);
  });

  it('equals the sums of the paper, with other numbers of quantiles and targets', () => {
    const rng = new Rng(4);
    const random = (n: number, low: number, high: number) => Array.from({ length: n }, () => rng.uniform(low, high));
    const [theta, fractions, target] = [random(5, -2, 2), random(5, 0, 1), random(3, -2, 2)];
    let sum = 0;
    for (const [i, quantile] of theta.entries()) {
      for (const y of target) {
        const u = y - quantile;
        const loss = Math.abs(u) <= 1 ? 0.5 * u * u : Math.abs(u) - 0.5;
        sum += (Math.abs(fractions[i] - (u < 0 ? 1 : 0)) * loss) / target.length;
      }
    }
    const { loss, error } = quantileLoss(
      tf.tensor3d([[theta]]),
      tf.tensor1d([0], 'int32'),
      tf.tensor2d([target]),
      undefined,
      tf.tensor2d([fractions]),
    );
    expectClose(error, [sum]);
    expectClose(loss, [sum]);
  });
});

describe('the network', () => {
  const spec: EnvSpec = {
    id: 'Two-v0',
    observationSpace: box({ low: -1, high: 1, shape: [2] }),
    actionSpace: discrete(3),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  const config = iqnConfig.parse({ hiddenSizes: [5], numQuantiles: 4, numActingQuantiles: 6, embeddingSize: 7 });
  const network = iqnNetwork({ spec, config });
  const params = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(3))));
  const obs = tf.tensor2d([
    [0.1, -0.4],
    [0.7, 0.2],
  ]);
  const apply = (fractions?: number[][]) =>
    network.apply(params, obs, fractions && tf.tensor2d(fractions)).arraySync() as number[][][];

  it('gives a quantile for each action and drawn fraction, and acts on the midpoints', () => {
    expect(apply().map(row => row.map(quantiles => quantiles.length))).toEqual([
      [6, 6, 6],
      [6, 6, 6],
    ]);
    const midpoints = [1, 3, 5, 7, 9, 11].map(i => i / 12);
    expect(apply([midpoints, midpoints])).toEqual(apply());
  });

  it('reads each row with its own fractions, each quantile from its own', () => {
    const [first, second] = apply([
      [0.1, 0.2, 0.3, 0.4],
      [0.1, 0.6, 0.3, 0.8],
    ]);
    const [, swapped] = apply([
      [0.1, 0.2, 0.3, 0.4],
      [0.3, 0.6, 0.1, 0.9],
    ]);
    for (let action = 0; action < 3; action++) {
      expect(swapped[action][0]).toBeCloseTo(second[action][2], 6);
      expect(swapped[action][1]).toBeCloseTo(second[action][1], 6);
      expect(swapped[action][3]).not.toBeCloseTo(second[action][3], 4);
      expect(first[action][1]).not.toBeCloseTo(second[action][1], 4);
    }
  });
});
