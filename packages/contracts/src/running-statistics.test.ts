import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RunningStatistics } from './running-statistics.ts';

describe('RunningStatistics', () => {
  it('equals mean and variance over all rows', () => {
    const number = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(number, number), { minLength: 2, maxLength: 40 }), rows => {
        const statistics = new RunningStatistics(2);
        const flat = rows.flat();
        rows.forEach((_, i) => {
          statistics.add(flat, 2 * i);
        });
        for (const i of [0, 1]) {
          const mean = rows.reduce((sum, row) => sum + row[i], 0) / rows.length;
          const variance = rows.reduce((sum, row) => sum + (row[i] - mean) ** 2, 0) / rows.length;
          expect(statistics.mean[i]).toBeCloseTo(mean, 6);
          expect(statistics.variance(i)).toBeCloseTo(variance, 4);
        }
        expect(statistics.count).toBe(rows.length);
      }),
    );
  });

  it('stays exact far from zero, where sums of squares do not', () => {
    const statistics = new RunningStatistics(1);
    for (const value of [1e9 + 1, 1e9 + 2, 1e9 + 3]) statistics.add([value]);
    expect(statistics.variance(0)).toBeCloseTo(2 / 3, 9);
  });

  it('has variance 1 until there are two rows, and goes on from a state', () => {
    const [a, b] = [new RunningStatistics(1), new RunningStatistics(1)];
    a.add([5]);
    expect([a.mean[0], a.variance(0)]).toEqual([5, 1]);
    b.restore(structuredClone(a.state()));
    for (const s of [a, b]) s.add([7]);
    expect(b.state()).toEqual(a.state());
    expect(() => new RunningStatistics(2).restore(a.state())).toThrow(/rows of 2/);
  });
});
