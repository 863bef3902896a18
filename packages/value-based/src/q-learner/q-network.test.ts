import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { createEngine, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { duelingQ, qNetwork } from './q-network.ts';

await createEngine('tensorflow', { backend: 'cpu' });

const spec: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const config = { hiddenSizes: [5, 4], activation: 'relu' as const };
const obs = tf.tensor2d([
  [0.1, -0.4],
  [0.7, 0.2],
]);

describe('duelingQ', () => {
  it('adds to the value what an action is better than the mean', () => {
    const q = duelingQ(
      tf.tensor2d([[10], [0]]),
      tf.tensor2d([
        [1, 2, 6],
        [0, 0, 3],
      ]),
    );
    expect(q.arraySync()).toEqual([
      [8, 9, 13],
      [-1, -1, 2],
    ]);
  });

  it('does so for each atom', () => {
    const q = duelingQ(
      tf.tensor3d([[[10, 20]]]),
      tf.tensor3d([
        [
          [1, 0],
          [3, 4],
        ],
      ]),
    );
    expect(q.arraySync()).toEqual([
      [
        [9, 18],
        [11, 22],
      ],
    ]);
  });
});

describe('qNetwork', () => {
  it.each([
    [{}, 0, [2, 3]],
    [{ outputs: 7 }, 0, [2, 3, 7]],
    [{ isDueling: true }, 0, [2, 3]],
    [{ noiseScale: 0.5 }, 4 + 3, [2, 3]],
    [{ noiseScale: 0.5, noisyLayers: 'all' as const }, 2 + 5 + (5 + 4) + (4 + 3), [2, 3]],
    [{ isDueling: true, noiseScale: 0.5, outputs: 7 }, 2 + 7 + (2 + 21), [2, 3, 7]],
  ])('%j takes %i numbers of noise and gives %j', (options, noiseSize, shape) => {
    const network = qNetwork({ spec, config, algorithm: 'test', ...options });
    const params = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(1))));
    expect(network.noiseSize).toBe(noiseSize);
    const quiet = network.apply(params, obs);
    expect(quiet.shape).toEqual(shape);
    if (noiseSize === 0) return;
    const noise = tf.tensor1d(new Rng(2).standardNormalInto(new Float32Array(noiseSize)));
    expect(network.apply(params, obs, noise).dataSync()).not.toEqual(quiet.dataSync());
    expect(network.apply(params, obs, tf.zeros([noiseSize])).dataSync()).toEqual(quiet.dataSync());
  });

  it('shakes hidden layers by the first numbers of its noise, the last one by the rest', () => {
    const network = qNetwork({ spec, config, algorithm: 'test', noiseScale: 0.5, noisyLayers: 'all' });
    const lastOnly = qNetwork({ spec, config, algorithm: 'test', noiseScale: 0.5 });
    const flat = network.init(new Rng(1));
    const params = unflattenParams(network.layout, tf.tensor1d(flat));
    const noise = new Float32Array(23);
    noise.set([1, -2, 3, 0.5, 1, -1, 2], 16);
    const expected = lastOnly.apply(params, obs, tf.tensor1d(noise.slice(16))).dataSync();
    expect(network.apply(params, obs, tf.tensor1d(noise)).dataSync()).toEqual(expected);
    const hiddenOnly = new Float32Array(23).fill(1, 0, 16);
    expect(network.apply(params, obs, tf.tensor1d(hiddenOnly)).dataSync()).not.toEqual(network.apply(params, obs).dataSync());
  });

  it('gives each stream of a dueling network noise of its own', () => {
    const network = qNetwork({ spec, config, algorithm: 'test', isDueling: true, noiseScale: 0.5 });
    const params = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(1))));
    const quiet = network.apply(params, obs);
    // Noise of the value's 2 inputs and of its output. All actions move together.
    const valueOnly = Float32Array.of(1, 1, 1, 0, 0, 0, 0, 0);
    const [row] = tf.sub(network.apply(params, obs, tf.tensor1d(valueOnly)), quiet).arraySync() as number[][];
    expect(Math.abs(row[0])).toBeGreaterThan(1e-4);
    for (const change of row) expect(change).toBeCloseTo(row[0], 5);
  });

  it('gives each stream a hidden layer of its own: one half of the last one', () => {
    const network = qNetwork({ spec, config: { ...config, hiddenSizes: [5] }, algorithm: 'test', isDueling: true });
    const flat = network.init(new Rng(1));
    const before = network.apply(unflattenParams(network.layout, tf.tensor1d(flat)), obs).arraySync() as number[][];
    // The bias of the first hidden unit moves the value alone, that of the last one the advantages alone, whose mean stays.
    const shifted = (unit: number) => {
      const { offset } = network.layout.entries.find(({ shape }) => shape.length === 1 && shape[0] === 5) as { offset: number };
      const moved = flat.slice();
      moved[offset + unit] += 10;
      const after = network.apply(unflattenParams(network.layout, tf.tensor1d(moved)), obs).arraySync() as number[][];
      return after[0].map((value, action) => value - before[0][action]);
    };
    const [byValue, byAdvantage] = [shifted(1), shifted(2)];
    expect(Math.abs(byValue[0])).toBeGreaterThan(1e-2);
    for (const change of byValue) expect(change).toBeCloseTo(byValue[0], 5);
    expect(Math.abs(byAdvantage[0])).toBeGreaterThan(1e-2);
    expect(byAdvantage.reduce((sum, change) => sum + change, 0)).toBeCloseTo(0, 5);
  });

  it('reads both streams off the observation where there is no hidden layer', () => {
    const network = qNetwork({ spec, config: { ...config, hiddenSizes: [] }, algorithm: 'test', isDueling: true, outputs: 2 });
    const shapes = network.layout.entries.map(({ name, shape }) => [name, shape]);
    expect(shapes).toEqual([
      ['output/value/weight', [2, 2]],
      ['output/value/bias', [2]],
      ['output/advantage/weight', [2, 6]],
      ['output/advantage/bias', [6]],
    ]);
    const flat = new Float32Array(network.layout.size);
    // Biases alone: V = (10, 20), A = (1, 2), (3, 4), (5, 6), whose mean is (3, 4).
    flat.set([10, 20], 4);
    flat.set([1, 2, 3, 4, 5, 6], 18);
    const params = unflattenParams(network.layout, tf.tensor1d(flat));
    expect((network.apply(params, obs).arraySync() as number[][][])[0]).toEqual([
      [8, 18],
      [10, 20],
      [12, 22],
    ]);
  });

  it('names what to use for continuous actions', () => {
    const continuous = { ...spec, actionSpace: box({ low: -1, high: 1, shape: [1] }) };
    expect(() => qNetwork({ spec: continuous, config, algorithm: 'rainbow' })).toThrow(
      /^rainbow: actions of Two-v0 must be Discrete, got .* Use ddpg, td3 or sac, or --wrap discretize-action:11/,
    );
  });
});
