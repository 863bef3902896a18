import * as tf from '@tensorflow/tfjs-core';
import { box, dict, discrete, flatSize, multiBinary, multiDiscrete, Rng, type Space, tuple } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { unflattenParams } from './layout.ts';
import { minAtarCnn } from './minatar-cnn.ts';
import { natureCnn } from './nature-cnn.ts';
import type { Network } from './network.ts';
import { encodedSize, encodeObservation, observationEncoder, observationFeatures, observationNetwork } from './observation.ts';

beforeAll(useCpuBackend);

const rowsOf = (values: number[][]) => tf.tensor2d(values);
const encoded = (space: Space, values: number[][]) => encodeObservation(space, rowsOf(values)).arraySync() as number[][];
const first = (network: Network, seed = 0) => unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(seed))));

describe('encodeObservation', () => {
  it('writes an index as one-hot, wherever the space starts', () => {
    expect(encoded(discrete(3, 5), [[5], [7]])).toEqual([
      [1, 0, 0],
      [0, 0, 1],
    ]);
    expect(encoded(discrete(1), [[0]])).toEqual([[1]]);
  });

  it('writes each number of a MultiDiscrete as one-hot, runs of equal sizes and others', () => {
    expect(encoded(multiDiscrete([2, 2, 3, 1, 2]), [[1, 0, 2, 0, 1]])).toEqual([[0, 1, 1, 0, 0, 0, 1, 1, 0, 1]]);
    expect(encodedSize(multiDiscrete([2, 2, 3, 1, 2]))).toBe(10);
    expect(encoded(multiDiscrete([20, 2]), [[13, 1]])[0]?.flatMap((x, i) => (x ? [i] : []))).toEqual([13, 21]);
  });

  it('reads parts at any depth as it reads them alone', () => {
    const space = dict({
      bits: multiBinary(2),
      bytes: box({ low: 0, high: 200, shape: [2], dtype: 'uint8' }),
      inner: tuple([discrete(3, 1), box({ low: -5, high: 5, shape: [1] }), dict({ count: multiDiscrete([2, 3]) })]),
    });
    expectClose(encodeObservation(space, rowsOf([[1, 0, 50, 200, 2, -4, 1, 2]])), [1, 0, 0.25, 1, 0, 1, 0, -4, 0, 1, 0, 0, 1]);
    expect(encodedSize(space)).toBe(13);
  });

  it('passes over parts without numbers', () => {
    const space = dict({ a: box({ low: 0, high: 1, shape: [0] }), b: discrete(2), c: box({ low: 0, high: 1, shape: [0, 3] }) });
    expect(encoded(space, [[1]])).toEqual([[0, 1]]);
  });

  it('scales by the space: bytes and counts, not floats', () => {
    expect(encoded(box({ low: 0, high: 8, shape: [2], dtype: 'int32' }), [[8, 2]])).toEqual([[1, 0.25]]);
    expect(encoded(box({ low: 0, high: 1, shape: [1], dtype: 'uint8' }), [[1]])).toEqual([[1]]);
    expect(encoded(box({ low: 0, high: 1000, shape: [1] }), [[800]])).toEqual([[800]]);
  });
});

describe('pictures', () => {
  const options = { hiddenSizes: [6], activation: 'relu', outputSize: 2, initialization: 'fan-in' } as const;
  const pixels = (size: number) => Float32Array.from({ length: size }, (_, i) => ((i * 37) % 101) / 100);

  it.each([
    ['large', [36, 38, 2]],
    ['small', [10, 9, 2]],
    ['large without channels', [36, 40]],
    ['small without channels', [8, 9]],
  ])('%s: the same picture in floats and in bytes gives the same numbers', (_, shape) => {
    const make = (high: number, dtype: 'float32' | 'uint8' | 'int32') => {
      const space = box({ low: 0, high, shape, dtype });
      const network = observationNetwork(space, options);
      const row = pixels(flatSize(space)).map(x => x * high);
      return network.apply(first(network), tf.tensor2d(row, [1, row.length])).dataSync();
    };
    const [unit, bytes, wide, whole] = [make(1, 'float32'), make(255, 'uint8'), make(255, 'float32'), make(255, 'int32')];
    expect(Math.hypot(...unit)).toBeGreaterThan(0.01);
    for (const other of [bytes, wide, whole]) expectClose(tf.tensor(other), Array.from(unit), 1e-5);
  });

  it('are read by the networks of the papers', () => {
    const names = (network: Network) => network.layout.entries.map(({ name, shape }) => `${name} ${shape}`);
    const atari = observationNetwork(box({ low: 0, high: 255, shape: [84, 84, 4], dtype: 'uint8' }), {
      ...options,
      hiddenSizes: [512],
    });
    expect(names(atari)).toEqual(names(natureCnn({ outputSize: 2 })));
    const minAtar = observationNetwork(box({ low: 0, high: 1, shape: [10, 10, 4], dtype: 'uint8' }), {
      ...options,
      hiddenSizes: [],
    });
    expect(names(minAtar)).toEqual(names(minAtarCnn({ channels: 4, outputSize: 2 })));
  });

  it('of 400×400 bytes are scaled, not spread over arguments', () => {
    const space = box({ low: 0, high: 255, shape: [400, 400], dtype: 'uint8' });
    expect(encodeObservation(space, tf.fill([1, 160_000], 51)).dataSync()[0]).toBeCloseTo(0.2, 6);
  });
});

describe('observations of several parts', () => {
  const space = dict({
    eye: box({ low: 0, high: 255, shape: [5, 6, 1], dtype: 'uint8' }),
    place: discrete(3, 5),
    speed: box({ low: -1, high: 1, shape: [2] }),
  });
  const options = { hiddenSizes: [4], activation: 'tanh' } as const;

  it('come together: what convolutions say of pictures, and the others encoded', () => {
    const encoder = observationEncoder(space, options);
    expect(encoder.outputSize).toBe(4 + 3 + 2);
    const params = first(encoder);
    const row = [...Array.from({ length: 30 }, (_, i) => i * 8), 6, 0.5, -0.25];
    const out = Array.from(encoder.apply(params, rowsOf([row])).dataSync());
    const alone = observationFeatures(box({ low: 0, high: 255, shape: [5, 6, 1], dtype: 'uint8' }), options);
    expect(encoder.layout.entries.map(({ name }) => name)).toEqual(alone.layout.entries.map(({ name }) => `picture0/${name}`));
    const seen = alone.apply(unflattenParams(alone.layout, tf.tensor1d(encoder.init(new Rng(0)))), rowsOf([row.slice(0, 30)]));
    expectClose(tf.tensor(out), [...seen.dataSync(), 0, 1, 0, 0.5, -0.25]);
  });

  it('each change what a network says', () => {
    const network = observationNetwork(space, { ...options, outputSize: 1 });
    const params = first(network, 4);
    const say = (bright: number, place: number, speed: number) =>
      network.apply(params, rowsOf([[...new Array(30).fill(bright), place, speed, 0]])).dataSync()[0];
    const values = [say(0, 5, 0), say(255, 5, 0), say(0, 6, 0), say(0, 7, 0), say(0, 5, 1)];
    expect(new Set(values).size).toBe(values.length);
  });

  it('may be several pictures, each with convolutions of its own', () => {
    const eye = box({ low: 0, high: 255, shape: [36, 36, 1], dtype: 'uint8' });
    const features = observationFeatures(tuple([eye, eye, discrete(2)]), options);
    expect(features.layout.entries.filter(({ name }) => name.endsWith('conv0/weight'))).toHaveLength(2);
    expect(features.layout.entries.find(({ name }) => name === 'hidden0/weight')?.shape).toEqual([4 + 4 + 2, 4]);
  });
});
