import { expect, test } from 'vitest';
import { SpaceError } from '../errors.ts';
import { checkSpace } from './check-space.ts';
import { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './create.ts';

const pair = box({ low: [-1, 0], high: [1, Number.POSITIVE_INFINITY] });

test.each([
  discrete(3),
  discrete(2, -1),
  pair,
  box({ low: 0, high: 255, shape: [84, 84, 4], dtype: 'uint8' }),
  box({ low: 0, high: 9, shape: [0], dtype: 'int32' }),
  multiDiscrete([2, 3]),
  multiBinary(4),
  dict({ b: pair, a: tuple([discrete(2)]) }),
  dict({ b: pair, 10: pair, 9: pair, a: pair }),
])('takes %j', space => expect(() => checkSpace('X-v0', 'space', space)).not.toThrow());

test.each<[unknown, string]>([
  [undefined, "space must be a space, got undefined. Make it by box or discrete of '@zpin/contracts', for example."],
  ['box', 'space must be a space, got "box".'],
  [
    { ...pair, type: 'Box' },
    'space.type must be one of discrete, box, multiDiscrete, multiBinary, dict, tuple, got "Box". Write box.',
  ],
  [{ type: 'toString' }, 'space.type must be one of'],
  [{ type: 'discrete', n: 0, start: 0 }, 'space.n must be an integer >= 1, got 0. Count the choices.'],
  [{ type: 'discrete', n: 2 }, 'space.start must be an integer, got undefined. Write start: 0'],
  [{ ...pair, shape: 2 }, 'space.shape must be a list of integers >= 0, got 2.'],
  [{ ...pair, shape: [3] }, 'space.low must be of type Float32Array with 3 elements, as shape says, got Float32Array of 2.'],
  [{ ...pair, dtype: 'float64' }, 'space.dtype must be one of float32, int32, uint8, got "float64".'],
  [{ ...pair, dtype: 'int32' }, 'space.low must be of type Int32Array with 2 elements, as shape says, got Float32Array of 2.'],
  [{ ...pair, low: -1 }, 'space.low must be of type Float32Array with 2 elements, as shape says, got -1.'],
  [{ ...pair, high: [1, 1] }, 'space.high must be of type Float32Array with 2 elements, as shape says, got [1,1].'],
  [
    { ...pair, low: Float32Array.of(0, 0), high: Float32Array.of(1, -1) },
    'space.low must be at most high, got [0,-1]. Look at element 1.',
  ],
  [{ ...pair, low: Float32Array.of(Number.NaN, 0) }, 'space.low must be at most high, got [null,1]. Look at element 0.'],
  [{ type: 'multiDiscrete', nvec: [2, 0] }, 'space.nvec must be a list of integers >= 1, got [2,0].'],
  [{ type: 'multiBinary', n: 1.5 }, 'space.n must be an integer >= 1, got 1.5.'],
  [{ type: 'dict', spaces: [pair] }, 'space.spaces must be a record of spaces'],
  [{ type: 'dict', spaces: { b: pair, a: pair } }, 'space.spaces must have its keys in order'],
  [{ type: 'dict', spaces: { a: { type: 'tuple', spaces: [pair, {}] } } }, 'space.spaces.a.spaces.1.type must be one of'],
  [{ type: 'tuple', spaces: { a: pair } }, 'space.spaces must be a list of spaces'],
])('refuses %j', (space, told) => {
  const refused = () => checkSpace('X-v0', 'space', space);
  expect(refused).toThrow(SpaceError);
  expect(refused).toThrow(`X-v0: ${told}`);
});
