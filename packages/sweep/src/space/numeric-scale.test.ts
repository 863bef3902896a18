import { expect, test } from 'vitest';
import { countOfValues, numericScale, valueAt } from './numeric-scale.ts';

test('steps of 0.1 reach the last value in spite of rounding', () => {
  const parameter = { type: 'float', low: 0, high: 0.3, step: 0.1 } as const;
  expect(countOfValues(parameter)).toBe(4);
  expect(valueAt(parameter, 3)).toBe(0.3);
  const { low, high, value } = numericScale(parameter);
  expect([low, high]).toEqual([-0.05, expect.closeTo(0.35, 12)]);
  expect([-0.05, 0.04, 0.06, 0.35].map(value)).toEqual([0, 0, 0.1, 0.3]);
});

test('a step that does not fit ends below the upper bound', () => {
  const parameter = { type: 'int', low: 1, high: 10, step: 4 } as const;
  expect(countOfValues(parameter)).toBe(3);
  expect([0, 1, 2].map(index => valueAt(parameter, index))).toEqual([1, 5, 9]);
  const { value, cell } = numericScale(parameter);
  expect([-1, 3.1, 7.2, 11].map(value)).toEqual([1, 5, 9, 9]);
  expect(cell?.(5)).toEqual([3, 7]);
});

test('a logarithmic integer covers half a step on both sides', () => {
  const { low, high, value, cell } = numericScale({ type: 'int', low: 1, high: 4, log: true });
  expect([low, high]).toEqual([Math.log(0.5), Math.log(4.5)]);
  expect([low, Math.log(1.49), Math.log(1.51), high].map(value)).toEqual([1, 1, 2, 4]);
  expect(cell?.(2)).toEqual([Math.log(1.5), Math.log(2.5)]);
});

test('a continuous parameter never leaves its bounds', () => {
  const { low, high, value, cell } = numericScale({ type: 'float', low: 1e-5, high: 0.1, log: true });
  expect(value(low)).toBeGreaterThanOrEqual(1e-5);
  expect(value(high)).toBeLessThanOrEqual(0.1);
  expect(value((low + high) / 2)).toBeCloseTo(1e-3, 12);
  expect(cell).toBeNull();
});
