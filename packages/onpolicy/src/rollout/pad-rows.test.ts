import { expect, it } from 'vitest';
import { padRows } from './pad-rows.ts';

it.each([
  [1, 32],
  [32, 32],
  [33, 64],
  [64, 64],
  [1000, 1024],
])('fills %d rows up to %d', (rows, padded) => {
  const obs = new Float32Array(3 * rows).fill(2);
  const action = new Int32Array(rows).fill(7);
  const batch = padRows({ obs, action }, rows);
  expect(batch.obs).toEqual(Float32Array.from({ length: 3 * padded }, (_, i) => (i < 3 * rows ? 2 : 0)));
  expect(batch.action).toEqual(Int32Array.from({ length: padded }, (_, i) => (i < rows ? 7 : 0)));
});
