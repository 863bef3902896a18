import { describe, expect, it } from 'vitest';
import { flatBounds } from './flat-bounds.ts';
import { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './spaces/create.ts';

const INFINITY = Number.POSITIVE_INFINITY;

describe('flatBounds', () => {
  it('lie in the order of the flat row', () => {
    const space = dict({
      b: tuple([discrete(3, 5), multiBinary(2)]),
      a: box({ low: [-INFINITY, 0.5], high: [1, INFINITY] }),
      c: multiDiscrete([2, 4]),
      d: box({ low: 3, high: 200, dtype: 'uint8' }),
    });
    expect(flatBounds(space)).toEqual({
      low: Float64Array.of(-INFINITY, 0.5, 5, 0, 0, 0, 0, 3),
      high: Float64Array.of(1, INFINITY, 7, 1, 1, 1, 3, 200),
      isWhole: Uint8Array.of(0, 0, 1, 1, 1, 1, 1, 1),
    });
  });
});
