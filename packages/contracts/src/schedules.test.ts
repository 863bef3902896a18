import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from './errors.ts';
import { checkSchedule, type Schedule, valueAt } from './schedules.ts';

describe('valueAt', () => {
  it.each<[Schedule, number, number]>([
    [0.3, 0.9, 0.3],
    [{ type: 'constant', value: 2 }, 0.5, 2],
    [{ type: 'linear', from: 1, to: 0 }, 0.25, 0.75],
    [{ type: 'linear', from: 1, to: 0.1, end: 0.5 }, 0.25, 0.55],
    [{ type: 'linear', from: 1, to: 0.1, end: 0.5 }, 0.75, 0.1],
    [{ type: 'linear', from: 1, to: 0 }, 1.5, 0],
    [{ type: 'linear', from: 1, to: 0 }, -1, 1],
    [{ type: 'exponential', from: 1, to: 0.01 }, 0.5, 0.1],
    [{ type: 'exponential', from: 8, to: 1, end: 0.6 }, 0.2, 4],
    [{ type: 'piecewise', points: [[0.2, 1], [0.4, 3], [0.8, 3], [1, 0]] }, 0.1, 1], // biome-ignore format: one row per case
    [{ type: 'piecewise', points: [[0.2, 1], [0.4, 3], [0.8, 3], [1, 0]] }, 0.3, 2], // biome-ignore format: one row per case
    [{ type: 'piecewise', points: [[0, 1], [0.5, 1], [0.5, 0], [1, 0]] }, 0.5, 0], // biome-ignore format: one row per case
    [{ type: 'piecewise', points: [[0, 1], [0.5, 4]] }, 0.9, 4], // biome-ignore format: one row per case
  ])('%j at %d is %d', (schedule, progress, expected) => {
    checkSchedule(schedule);
    expect(valueAt(schedule, progress)).toBeCloseTo(expected, 12);
  });

  it('starts and ends exactly at its ends, and stays between them', () => {
    const value = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const type = fc.constantFrom('linear' as const, 'exponential' as const);
    fc.assert(
      fc.property(type, value, value, fc.double({ min: 0, max: 1, noNaN: true }), (kind, from, to, progress) => {
        const schedule: Schedule = { type: kind, from, to };
        expect(valueAt(schedule, 0)).toBe(from);
        expect(valueAt(schedule, 1)).toBe(to);
        const now = valueAt(schedule, progress);
        const slack = 1e-9 * Math.max(from, to);
        expect(now).toBeGreaterThanOrEqual(Math.min(from, to) - slack);
        expect(now).toBeLessThanOrEqual(Math.max(from, to) + slack);
      }),
    );
  });
});

describe('checkSchedule', () => {
  it.each<Schedule>([
    Number.NaN,
    { type: 'linear', from: 1, to: Number.POSITIVE_INFINITY },
    { type: 'linear', from: 1, to: 0, end: 0 },
    { type: 'linear', from: 1, to: 0, end: 1.5 },
    { type: 'exponential', from: 1, to: 0 },
    { type: 'piecewise', points: [] },
    { type: 'piecewise', points: [[0.5, 1], [0.2, 0]] }, // biome-ignore format: one row per case
    { type: 'piecewise', points: [[0, 1], [2, 0]] }, // biome-ignore format: one row per case
    JSON.parse('{"type":"cosine"}'),
  ])('refuses %j', schedule => {
    expect(() => checkSchedule(schedule, 'epsilon')).toThrow(ConfigError);
  });
});
