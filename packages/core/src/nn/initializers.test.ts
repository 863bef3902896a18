import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import {
  constant,
  glorotUniform,
  heUniform,
  type Initializer,
  initialize,
  layerInitializers,
  normal,
  orthogonal,
  uniformFanIn,
} from './initializers.ts';
import { layout } from './layout.ts';

const statistics = (values: Float32Array) => {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, variance, largest: Math.max(...values.map(Math.abs)) };
};

describe('orthogonal', () => {
  it.each([
    ['high', [7, 3]],
    ['square', [5, 5]],
    ['wide', [3, 7]],
    ['a convolution', [2, 2, 3, 4]],
  ])('makes columns (or rows) orthonormal times the gain: %s', (_name, shape) => {
    const columns = shape.at(-1) as number;
    const rows = shape.slice(0, -1).reduce((a, b) => a * b, 1);
    const weights = orthogonal(1.5)(shape, new Rng(3));
    const at = (vector: number, k: number) => (rows >= columns ? weights[k * columns + vector] : weights[vector * columns + k]);
    const [vectors, length] = rows >= columns ? [columns, rows] : [rows, columns];
    for (let i = 0; i < vectors; i++) {
      for (let j = 0; j < vectors; j++) {
        let product = 0;
        for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
        expect(product).toBeCloseTo(i === j ? 2.25 : 0, 5);
      }
    }
  });

  it('turns with the seed, and only with it', () => {
    const draw = (seed: number) => orthogonal()([4, 4], new Rng(seed));
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('prefers no direction', () => {
    // The first entry of a random unit vector in 3 dimensions is uniform in [-1, 1]: mean 0, variance 1/3.
    const rng = new Rng(5);
    const { mean, variance } = statistics(Float32Array.from({ length: 3000 }, () => orthogonal()([3, 3], rng)[0]));
    expect(mean).toBeCloseTo(0, 1);
    expect(variance).toBeCloseTo(1 / 3, 1);
  });
});

describe('scaled initialisers', () => {
  // A convolution: fan-in 9 · 10 = 90, fan-out 9 · 30 = 270.
  const shape = [3, 3, 10, 30];
  const variance: [string, Initializer, number, number][] = [
    ['uniformFanIn', uniformFanIn(), 1 / 90 / 3, Math.sqrt(1 / 90)],
    ['uniformFanIn with its own fan-in', uniformFanIn(2, 16), 4 / 16 / 3, 0.5],
    ['heUniform', heUniform(3), (9 * 2) / 90, 3 * Math.sqrt(6 / 90)],
    ['glorotUniform', glorotUniform(2), (4 * 2) / 360, 2 * Math.sqrt(6 / 360)],
  ];

  it.each(variance)('%s has its variance and its limit', (_name, initializer, expected, limit) => {
    const { mean, variance, largest } = statistics(initializer(shape, new Rng(11)));
    expect(Math.abs(mean)).toBeLessThan(0.06 * Math.sqrt(expected));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.06);
    expect(largest).toBeLessThanOrEqual(Math.fround(limit));
    expect(largest).toBeGreaterThan(0.99 * limit);
  });
});

it('normal has its deviation, whatever the shape', () => {
  for (const shape of [[100, 200], [20_000]]) {
    const { mean, variance } = statistics(normal(0.3)(shape, new Rng(7)));
    expect(Math.abs(mean)).toBeLessThan(0.01);
    expect(variance).toBeCloseTo(0.09, 2);
  }
});

describe('layerInitializers', () => {
  it('starts biases at 0, or uniform with the fan-in of the weights', () => {
    const draw = (name: Parameters<typeof layerInitializers>[0]) => layerInitializers(name, 4, 1).bias([500], new Rng(1));
    for (const name of ['orthogonal', 'he', 'glorot'] as const) expect(draw(name).every(value => value === 0)).toBe(true);
    const { largest } = statistics(draw('fan-in'));
    expect(largest).toBeLessThanOrEqual(0.5);
    expect(largest).toBeGreaterThan(0.48);
    expect(draw('normal').every(value => value === Math.fround(0.1))).toBe(true);
  });
});

describe('initialize', () => {
  const two = layout([
    ['a', [2]],
    ['b', [1, 2]],
  ]);

  it('fills the flat vector in the order of the layout', () => {
    expect(initialize(two, { b: constant(2), a: constant(1) }, new Rng(0))).toEqual(Float32Array.of(1, 1, 2, 2));
  });

  it('names a parameter without an initialiser', () => {
    expect(() => initialize(two, { a: constant(1) }, new Rng(0))).toThrow(/"b" must have an initialiser/);
  });
});
