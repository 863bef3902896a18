import { describe, expect, it } from 'vitest';
import { BucketSeries } from '../watch/bucket-series.ts';
import { linesOf } from './lines.ts';

function thin(points: readonly (readonly [step: number, value: number])[]) {
  const series = new BucketSeries();
  for (const [step, value] of points) series.add(step, value);
  return series.thin();
}

describe('linesOf', () => {
  it('draws a run as it is, and says nothing of one that has no values', () => {
    const { x, lines } = linesOf(
      [
        [
          thin([
            [3, 1],
            [5, 7],
            [9, 2],
          ]),
        ],
        [],
        [thin([])],
      ],
      0,
    );
    expect(x).toEqual([3, 5, 9]);
    expect(lines).toEqual([{ y: [1, 7, 2], low: null, high: null }, null, null]);
  });

  it('draws the mean of a group with a band of one standard deviation, on the lines between values, where half have one', () => {
    const { x, lines } = linesOf(
      [
        [
          thin([
            [0, 0],
            [4, 8],
          ]),
          thin([
            [2, 2],
            [4, 2],
            [6, 9],
          ]),
        ],
      ],
      0,
    );
    expect(x).toEqual([0, 2, 4, 6]);
    // At step 2 the first run is on its way from 0 to 8: 4 and 2 are 3 ± 1; at step 4 there are 8 and 2. Before and after there is one.
    expect(lines).toEqual([{ y: [0, 3, 5, 9], low: [0, 2, 2, 9], high: [0, 4, 8, 9] }]);
  });

  it('goes on where a run ended early, and ends where fewer than half have come', () => {
    const points = [0, 2, 4].map(step => [step, step] as const);
    const { x, lines } = linesOf([[thin(points.slice(0, 1)), thin(points.slice(0, 2)), thin(points)]], 0);
    expect(x).toEqual([0, 2, 4]);
    expect(lines).toEqual([{ y: [0, 2, null], low: [0, 2, null], high: [0, 2, null] }]);
  });

  it('puts a fine series and a coarse one on the same steps', () => {
    // 3000 steps need buckets of four: step 5 of the fine one falls into the second, whose middle is step 6.
    const { x, lines } = linesOf(
      [
        [
          thin([
            [4, 1],
            [5, 3],
          ]),
        ],
        [
          thin([
            [0, 10],
            [3000, 20],
          ]),
        ],
      ],
      0,
    );
    expect(x).toEqual([2, 6, 3002]);
    expect(lines[0]).toEqual({ y: [null, 2, null], low: [null, 1, null], high: [null, 3, null] });
    expect(lines[1]?.y[0]).toBe(10);
    expect(lines[1]?.y[2]).toBe(20);
    expect(lines[1]?.y[1]).toBeCloseTo(10 + (10 * 4) / 3000, 10);
  });

  it('weighs values behind by e per reach, a quarter of the width at most', () => {
    const points = [
      [0, 0],
      [1, 1],
      [2, 0],
      [8, 4],
    ] as const;
    const { lines } = linesOf([[thin(points)]], 1);
    // The reach is 8 / 4 = 2 steps.
    const [e1, e6] = [Math.exp(-1 / 2), Math.exp(-6 / 2)];
    const second = 1 / (1 + e1);
    const third = (second * (1 + e1) * e1) / (1 + e1 * (1 + e1));
    const fourth = (third * (1 + e1 * (1 + e1)) * e6 + 4) / (1 + (1 + e1 * (1 + e1)) * e6);
    for (const [k, expected] of [0, second, third, fourth].entries()) expect(lines[0]?.y[k]).toBeCloseTo(expected, 10);
  });
});
