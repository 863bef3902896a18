import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketSeries } from './bucket-series.ts';

function seriesOf(points: readonly (readonly [step: number, value: number])[]): BucketSeries {
  const series = new BucketSeries();
  for (const [step, value] of points) series.add(step, value);
  return series;
}

describe('BucketSeries', () => {
  it('keeps few values as they are', () => {
    const { width, steps, means, lows } = seriesOf([
      [0, 1],
      [7, -2.5],
      [1000, 4],
    ]).thin();
    expect([width, steps, means, lows]).toEqual([1, [0, 7, 1000], [1, -2.5, 4], null]);
  });

  it('takes what falls together as mean, least and greatest', () => {
    // Step 1500 is beyond 1,024 buckets of one step: from then on they span two.
    const { width, steps, counts, means, lows, highs } = seriesOf([
      [2, 1],
      [2, 4],
      [3, -2],
      [6, 8],
      [1500, 9],
    ]).thin();
    expect(width).toBe(2);
    expect(steps).toEqual([2, 6, 1500]);
    expect(counts).toEqual([3, 1, 1]);
    expect([means, lows, highs]).toEqual([
      [1, 8, 9],
      [-2, 8, 9],
      [4, 8, 9],
    ]);
  });

  it('has the same sums and extremes as its values, in any order, in at most 1,024 buckets', () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 5_000_000 }), fc.integer({ min: -100, max: 100 }));
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 3000 }), points => {
        const { width, steps, counts, means, lows, highs } = seriesOf(points).thin();
        const last = Math.max(...points.map(([step]) => step));
        expect(last / width).toBeLessThan(1024);
        expect(width === 1 || last / width >= 512).toBe(true);
        const expected = new Map<number, number[]>();
        for (const [step, value] of points) {
          const index = Math.floor(step / width);
          expected.set(index, [...(expected.get(index) ?? []), value]);
        }
        const buckets = [...expected].sort(([a], [b]) => a - b);
        expect(steps.map(step => Math.floor(step / width))).toEqual(buckets.map(([index]) => index));
        expect(counts).toEqual(buckets.map(([, values]) => values.length));
        for (const [k, [, values]] of buckets.entries()) {
          expect(means[k]).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 3);
          expect((lows ?? means)[k]).toBe(Math.min(...values));
          expect((highs ?? means)[k]).toBe(Math.max(...values));
        }
      }),
      { numRuns: 50 },
    );
  });
});
