import { expect, it } from 'vitest';
import { sequences } from './sequences.ts';

it('cuts the steps of each environment into pieces, one behind the other', () => {
  // Six steps of two environments: step t of environment n is 10 n + t, once as a number and once as a pair.
  const one = Float32Array.from({ length: 12 }, (_, row) => 10 * (row % 2) + Math.floor(row / 2));
  const pair = Int32Array.from({ length: 24 }, (_, i) => 2 * (one[i >> 1] as number) + (i % 2));
  const cut = sequences({ one, pair }, 6, 2, 3);
  expect(Array.from(cut.one)).toEqual([0, 1, 2, 10, 11, 12, 3, 4, 5, 13, 14, 15]);
  expect(cut.pair).toBeInstanceOf(Int32Array);
  expect(Array.from(cut.pair)).toEqual(Array.from(cut.one).flatMap(value => [2 * value, 2 * value + 1]));
});

it('leaves a rollout of one environment as it is', () => {
  const steps = Float32Array.of(5, 6, 7, 8);
  expect(sequences({ steps }, 4, 1, 2).steps).toEqual(steps);
});
