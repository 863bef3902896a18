import { expect, test } from 'vitest';
import { explainedVariance } from './explained-variance.ts';

const explained = (value: number[], target: number[]) => explainedVariance(Float32Array.from(value), Float32Array.from(target));

test.each([
  ['a perfect value', [1, 2, 3], [1, 2, 3], 1],
  ['a value that is off by a constant', [11, 12, 13], [1, 2, 3], 1],
  ['a constant', [7, 7, 7], [1, 2, 3], 0],
  // Errors −1, 1, 0 have variance 2/3, targets 0, 4, 8 have 32/3.
  ['a value that is nearly right', [1, 3, 8], [0, 4, 8], 1 - 1 / 16],
  // Errors −4, 0, 4 have four times the variance of the targets.
  ['a value that is worse than a constant', [2, 0, -2], [-2, 0, 2], -3],
])('%s', (_name, value, target, expected) => {
  expect(explained(value, target)).toBeCloseTo(expected, 10);
});

test('is 0 where nothing is to be explained, whatever the rounding of the constant', () => {
  expect(explained([1, 2, 3], [0.1, 0.1, 0.1])).toBe(0);
  expect(explained([1, 2, 3], [1e6 / 3, 1e6 / 3, 1e6 / 3])).toBe(0);
});

test('is right for targets that are far from 0 and close together', () => {
  expect(explained([4_000_000, 4_000_000, 4_000_000], [4_000_000, 4_000_001, 4_000_002])).toBe(0);
  expect(explained([0, 1, 2], [4_000_000, 4_000_001, 4_000_002])).toBe(1);
});
