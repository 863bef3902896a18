import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointError, NumericsError } from '../spec/errors.ts';
import { RunningStatistics } from './running-statistics.ts';

const finite = fc.double({ min: -1e3, max: 1e3, noNaN: true });
const groups = fc.array(fc.array(fc.tuple(finite, finite), { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 6 });

function seen(...rows: number[][]): RunningStatistics {
  const statistics = new RunningStatistics(rows[0].length);
  statistics.update(rows.flat());
  return statistics;
}

describe('RunningStatistics', () => {
  it('equals the mean and variance of all rows, however they were grouped', () => {
    fc.assert(
      fc.property(groups, list => {
        const statistics = new RunningStatistics(2);
        for (const group of list) statistics.update(group.flat());
        const rows = list.flat();
        expect(statistics.count).toBe(rows.length);
        for (const k of [0, 1]) {
          const mean = rows.reduce((sum, row) => sum + row[k], 0) / rows.length;
          const variance = rows.reduce((sum, row) => sum + (row[k] - mean) ** 2, 0) / rows.length;
          expect(statistics.mean(k)).toBeCloseTo(mean, 8);
          expect(statistics.variance(k)).toBeCloseTo(variance, 6);
        }
      }),
    );
  });

  it('merges what others have seen', () => {
    const [left, right, whole] = [seen([1], [2]), seen([10], [20], [60]), seen([1], [2], [10], [20], [60])];
    left.merge(right);
    expect(left.count).toBe(5);
    expect(left.mean(0)).toBeCloseTo(whole.mean(0), 12);
    expect(left.variance(0)).toBeCloseTo(whole.variance(0), 10);
    left.merge(new RunningStatistics(1));
    expect(left.count).toBe(5);
  });

  it('keeps small variances beside large means', () => {
    const statistics = new RunningStatistics(1);
    for (let i = 0; i < 1000; i++) statistics.update([1e8 + (i % 2)]);
    expect(statistics.variance(0)).toBeCloseTo(0.25, 6);
  });

  it('normalises and clips', () => {
    // Mean 3, variance 4.
    const statistics = seen([1], [5]);
    const out = new Float32Array(4);
    statistics.normalizeInto([3, 5, 100, -100], out, 6);
    expect(out[0]).toBe(0);
    expect(out[1]).toBeCloseTo(1, 6);
    expect(Array.from(out.subarray(2))).toEqual([6, -6]);
  });

  it('keeps features apart', () => {
    const statistics = seen([0, 10], [2, 30]);
    const rows = Float32Array.of(1, 20, 2, 10);
    statistics.normalizeInto(rows, rows);
    expect(rows[0]).toBe(0);
    expect(rows[1]).toBe(0);
    expect(rows[2]).toBeCloseTo(1, 6);
    expect(rows[3]).toBeCloseTo(-1, 6);
  });

  it('leaves values as they are before the first row, and stays finite without variation', () => {
    const out = new Float32Array(1);
    const statistics = new RunningStatistics(1);
    statistics.normalizeInto([0.5], out);
    expect(out[0]).toBe(0.5);
    expect(statistics.variance(0)).toBe(1);
    statistics.update([7]);
    statistics.normalizeInto([7], out);
    expect(out[0]).toBe(0);
    statistics.normalizeInto([8], out);
    expect(out[0]).toBe(10);
  });

  it('changes nothing while frozen', () => {
    const statistics = seen([1], [5]);
    statistics.frozen = true;
    statistics.update([1000]);
    statistics.merge(seen([1000]));
    expect(statistics.count).toBe(2);
    expect(statistics.mean(0)).toBe(3);
    statistics.frozen = false;
    statistics.update([6]);
    expect(statistics.mean(0)).toBe(4);
  });

  it('goes on from its state bit for bit', () => {
    const [statistics, copy] = [seen([0.1, 5], [0.7, -3], [1e-3, 2]), new RunningStatistics(2)];
    copy.restore(statistics.state());
    for (const each of [statistics, copy]) each.update([0.3, 0.4]);
    expect(copy.state()).toEqual(statistics.state());
    const outs = [statistics, copy].map(each => {
      const out = new Float32Array(2);
      each.normalizeInto([0.9, 0.8], out);
      return out;
    });
    expect(outs[1]).toEqual(outs[0]);
  });

  it('gives a state of its own', () => {
    const statistics = seen([1], [5]);
    const state = statistics.state();
    statistics.update([100]);
    expect(state.mean[0]).toBe(3);
  });

  it('refuses numbers that are not finite and states of another size, unchanged', () => {
    const statistics = seen([1, 2], [3, 4]);
    const before = statistics.state();
    expect(() => statistics.update([0, Number.NaN])).toThrow(NumericsError);
    expect(() => statistics.update([Number.POSITIVE_INFINITY, 0])).toThrow(/feature 0 must be finite/);
    expect(() => statistics.restore(seen([1]).state())).toThrow(CheckpointError);
    expect(statistics.state()).toEqual(before);
  });
});
