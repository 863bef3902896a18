import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { enclosingTicks, logTicks, ticksWithin } from './ticks.ts';

describe('ticksWithin', () => {
  it.each([
    [0, 100_000, 5, [0, 20_000, 40_000, 60_000, 80_000, 100_000]],
    [-14.3, 498.8, 6, [0, 100, 200, 300, 400]],
    [-1.05, 1.05, 4, [-1, 0, 1]],
    [0.95, 1.05, 5, [0.96, 0.98, 1, 1.02, 1.04]],
  ])('of [%d, %d]', (low, high, count, expected) => {
    const found = ticksWithin(low, high, count);
    expect(found).toHaveLength(expected.length);
    for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 9);
  });

  it('are within the range, and about as many as asked for', () => {
    const rng = new Rng(1);
    for (let k = 0; k < 500; k++) {
      const low = rng.uniform(-1e6, 1e6);
      const width = 10 ** rng.uniform(-3, 7);
      const count = rng.integers(3, 10);
      const found = ticksWithin(low, low + width, count);
      expect(found.length).toBeLessThanOrEqual(count + 1);
      expect(found.length).toBeGreaterThanOrEqual(Math.floor(count / 2.5));
      expect(found[0]).toBeGreaterThanOrEqual(low - 1e-6 * width);
      expect(found.at(-1)).toBeLessThanOrEqual(low + 1.000001 * width);
    }
  });
});

describe('enclosingTicks', () => {
  it.each([
    [0, 100, 5, [0, 20, 40, 60, 80, 100]],
    [-14, 498, 5, [-200, 0, 200, 400, 600]],
    [3, 3, 5, [3, 4]],
  ])('of [%d, %d]', (low, high, count, expected) => {
    expect(enclosingTicks(low, high, count)).toEqual(expected);
  });
});

describe('logTicks', () => {
  it('are powers of ten that enclose the values, with the 2 and the 5 between few of them', () => {
    expect(logTicks([0.3, 4])).toEqual([0.1, 0.2, 0.5, 1, 2, 5, 10]);
    expect(logTicks([1, 9000])).toEqual([1, 10, 100, 1000, 10_000]);
  });
});
