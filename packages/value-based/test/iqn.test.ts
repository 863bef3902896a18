import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine, quantileHuber, sgd, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { cosines, iqnConfig, iqnNetwork } from '../src/iqn.ts';
import { qLearner } from '../src/q-learner/q-learner.ts';
import { quantileLoss, quantileUpdate } from '../src/qr-dqn.ts';

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

  it('is quadratic up to kappa and linear beyond, by hand', () => {
    // κ = 4, τ = 0.25, 0.75; y = 2. θ₁ = 0: u = 2, 0.25 · 4 / 8. θ₂ = 8: u = −6, (1 − 0.75) · (6 − 2).
    const fractions = tf.tensor2d([[0.25, 0.75]]);
    expectClose(quantileHuber(tf.tensor2d([[0, 8]]), tf.tensor2d([[2]]), fractions, 4), [0.125 + 1]);
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

describe('one update', () => {
  const spec: EnvSpec = {
    id: 'Two-v0',
    observationSpace: box({ low: -1, high: 1, shape: [2] }),
    actionSpace: discrete(2),
    maxEpisodeSteps: null,
    rewardThreshold: null,
  };
  const [rows, n, cosineCount, width] = [3, 2, 4, 3];
  const config = iqnConfig.parse({ hiddenSizes: [width], numQuantiles: n, numActingQuantiles: 3, embeddingSize: cosineCount });
  const network = iqnNetwork({ spec, config });

  /** Z_τ(x, a) of the paper by sums over its numbers, for weights by the names of the layout. */
  function slowQuantile(flat: ArrayLike<number>, obs: readonly number[], tau: number, action: number): number {
    const at = (name: string, index: number) => {
      const entry = network.layout.entries.find(({ name: found }) => found === name);
      if (!entry) throw new Error(`there is no ${name}`);
      return flat[entry.offset + index];
    };
    let sum = at('output/bias', action);
    for (let j = 0; j < width; j++) {
      let psi = at('hidden/hidden0/bias', j);
      for (let k = 0; k < 2; k++) psi += obs[k] * at('hidden/hidden0/weight', k * width + j);
      let phi = at('embedding/bias', j);
      for (let i = 0; i < cosineCount; i++) phi += Math.cos(Math.PI * i * tau) * at('embedding/weight', i * width + j);
      sum += Math.max(0, psi) * Math.max(0, phi) * at('output/weight', j * 2 + action);
    }
    return sum;
  }

  it('is a step against the slope of the loss of algorithm 1, which a slow oracle measures', async () => {
    const engine = await createEngine('onnx');
    const learner = qLearner({
      ...{ algorithm: 'iqn', spec, seed: 3, engine, network, learningRate: 0.1, optimizer: sgd() },
      ...{ targetUpdates: { every: 1000, tau: 1 }, ...quantileUpdate({ double: false }) },
    });
    const rng = new Rng(8);
    const numbers = (length: number, low: number, high: number) => Float32Array.from({ length }, () => rng.uniform(low, high));
    // From the second update on, the target is not what learns.
    for (const step of [1, 2]) {
      const obs = numbers(rows * 2, -1, 1);
      const nextObs = numbers(rows * 2, -1, 1);
      const noise = numbers(rows * 3 * n, 0, 1);
      const reward = numbers(rows, -3, 3);
      const [action, discount] = [Int32Array.of(1, 0, 1), Float32Array.of(0.9, 0, 0.5)];
      const online = await learner.store.read('online');
      const target = await learner.store.read('target');
      const taus = (row: number, call: number) =>
        Array.from(noise.subarray(row * 3 * n + call * n, row * 3 * n + (call + 1) * n));
      const rowOf = (values: Float32Array, row: number) => Array.from(values.subarray(2 * row, 2 * row + 2));
      const loss = (flat: Float64Array) => {
        let sum = 0;
        for (let row = 0; row < rows; row++) {
          const next = (a: number) => taus(row, 1).map(tau => slowQuantile(target, rowOf(nextObs, row), tau, a));
          const mean = (values: number[]) => values.reduce((total, value) => total + value, 0) / n;
          const best = mean(next(1)) > mean(next(0)) ? 1 : 0;
          for (const tau of taus(row, 0)) {
            const theta = slowQuantile(flat, rowOf(obs, row), tau, action[row]);
            for (const z of next(best)) {
              const u = reward[row] + discount[row] * z - theta;
              const huber = Math.abs(u) <= 1 ? 0.5 * u * u : Math.abs(u) - 0.5;
              sum += (Math.abs(tau - (u < 0 ? 1 : 0)) * huber) / n / rows;
            }
          }
        }
        return sum;
      };
      const expected = Array.from(online, (weight, i) => {
        const moved = (by: number) => loss(Float64Array.from(online, (value, k) => (k === i ? value + by : value)));
        return weight - (0.1 * (moved(1e-5) - moved(-1e-5))) / 2e-5;
      });
      const inputs = {
        size: rows,
        weight: new Float32Array(rows).fill(1),
        obs,
        nextObs,
        reward,
        action,
        discount,
        noise,
        learningRate: Float32Array.of(0.1),
      };
      await learner.learn(inputs, { step, totalSteps: 10 });
      const after = await learner.store.read('online');
      expect(Math.max(...Array.from(after, (value, i) => Math.abs(value - online[i])))).toBeGreaterThan(1e-2);
      for (const [i, value] of expected.entries()) expect(after[i]).toBeCloseTo(value, 4);
    }
  });
});
