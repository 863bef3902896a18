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

function numbersOf(numbers: Numbers): ArrayLike<number> {
  return 'dataSync' in numbers ? numbers.dataSync() : numbers;
}
