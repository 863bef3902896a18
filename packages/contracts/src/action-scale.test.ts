import { describe, expect, it } from 'vitest';
import { describeFarActions } from './action-scale.ts';
import { box, discrete } from './spaces/create.ts';
import type { BoxSpace } from './spaces/space.ts';

const INFINITY = Number.POSITIVE_INFINITY;

describe('describeFarActions', () => {
  it.each<[BoxSpace, string]>([
    [box({ low: 0, high: 1000 }), 'element 0 in [0, 1000]'],
    [box({ low: -1000, high: 1000 }), 'element 0 in [-1000, 1000]'],
    [box({ low: [-1, 10, 10], high: [1, 12, 12] }), 'element 1 in [10, 12] and one more'],
    [box({ low: -0.0625, high: 0.0625, shape: [3] }), 'element 0 in [-0.0625, 0.0625] and 2 more'],
    [box({ low: -12, high: -10 }), 'element 0 in [-12, -10]'],
    [box({ low: 100, high: INFINITY }), 'element 0 in [100, Infinity]'],
    [box({ low: -INFINITY, high: -3 }), 'element 0 in [-Infinity, -3]'],
  ])('names what is far: %#', (space, expected) => {
    expect(describeFarActions(space)).toBe(expected);
  });

  it.each([
    box({ low: -1, high: 1 }),
    box({ low: 0, high: 1 }),
    box({ low: -3, high: 3 }),
    box({ low: -0.4, high: 0.4, shape: [17] }),
    box({ low: -INFINITY, high: INFINITY }),
    box({ low: 0, high: INFINITY }),
    box({ low: -1000, high: INFINITY }),
    box({ low: [-1, 500], high: [1, 500] }),
    box({ low: 0, high: 1000, dtype: 'int32' }),
    discrete(3, 500),
  ])('is silent of what is near, unbounded, without a choice or no float: %#', space => {
    expect(describeFarActions(space)).toBeNull();
  });
});
