import { expect } from 'vitest';

/** Numbers, or a tensor of them. */
export type Numbers = ArrayLike<number> | { dataSync(): ArrayLike<number> };

/**
 * Whether numbers are as many as expected and equal them.
 * @param digits behind the point that agree, as of `toBeCloseTo` @param where named when they do not
 */
export function expectClose(actual: Numbers, expected: Numbers, digits = 5, where = ''): void {
  const [values, wanted] = [numbersOf(actual), numbersOf(expected)];
  expect(values.length, where).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i++) expect(values[i], `${where}[${i}]`).toBeCloseTo(wanted[i], digits);
}

/**
 * Whether numbers are as many as expected and differ from them by less than a tolerance; those that are not finite must be the
 * same.
 * @param tolerance of all, or of each number that is expected @param where named when they do not
 */
export function expectWithin(
  actual: Numbers,
  expected: Numbers,
  tolerance: number | ((expected: number) => number),
  where = '',
): void {
  const [values, wanted] = [numbersOf(actual), numbersOf(expected)];
  expect(values.length, where).toBe(wanted.length);
  const toleranceOf = typeof tolerance === 'number' ? () => tolerance : tolerance;
  // One assertion for all: there are a great many numbers.
  for (let i = 0; i < wanted.length; i++) {
    const [value, number] = [values[i], wanted[i]];
    if (value === number || Object.is(value, number) || Math.abs(value - number) < toleranceOf(number)) continue;
    expect.fail(`${where}[${i}]: ${value} must be within ${toleranceOf(number)} of ${number}`);
  }
}

/** The largest size of the finite ones among some numbers, at least 1: the rounding of float32 grows with it. */
export function scaleOf(numbers: ArrayLike<number>): number {
  return Math.max(1, ...Array.from(numbers).filter(Number.isFinite).map(Math.abs));
}

function numbersOf(numbers: Numbers): ArrayLike<number> {
  return 'dataSync' in numbers ? numbers.dataSync() : numbers;
}
