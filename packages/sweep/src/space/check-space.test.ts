import { ConfigError } from '@zpin/contracts';
import { expect, test } from 'vitest';
import { checkSpace, holds } from './check-space.ts';
import type { SearchSpace } from './parameter.ts';

test.each<[SearchSpace, string]>([
  [{}, 'there must be something to search'],
  [{ a: { type: 'float', low: 1, high: 0 } }, 'a must have low <= high, got [1,0]'],
  [{ a: { type: 'float', low: 0, high: 1, log: true } }, 'a must be above 0 to be searched by its logarithm, got 0'],
  [{ a: { type: 'float', low: Number.NaN, high: 1 } }, 'a must have bounds that are finite numbers'],
  [{ a: { type: 'int', low: 0.5, high: 2 } }, 'a must have bounds that are integers'],
  [{ a: { type: 'int', low: 1, high: 8, log: true, step: 2 } }, 'a must have either log or step, got 2'],
  [{ a: { type: 'float', low: 0, high: 1, step: 0 } }, 'a must have a step above 0, got 0'],
  [{ a: { type: 'int', low: 0, high: 4, step: 0.5 } }, 'a must have a step above 0 that is an integer, got 0.5'],
  [{ a: { type: 'categorical', choices: [] } }, 'a must have choices'],
  [{ a: { type: 'categorical', choices: ['x', 'x'] } }, 'a must have different choices'],
  [{ a: { type: 'categorical', choices: [Number.POSITIVE_INFINITY] } }, 'a must have choices that are finite numbers'],
  [
    { rate: { type: 'float', low: 0, high: 1 }, b: { type: 'int', low: 0, high: 1, when: { parameter: 'rats', isOneOf: [1] } } },
    'b must depend on a parameter before it, got "rats". Did you mean rate?',
  ],
  [
    {
      a: { type: 'categorical', choices: ['x', 'y'] },
      b: { type: 'int', low: 0, high: 1, when: { parameter: 'a', isOneOf: ['z'] } },
    },
    'b must be there for some value of a, got ["z"]',
  ],
])('%j is refused', (space, text) => {
  expect(() => checkSpace(space)).toThrow(ConfigError);
  expect(() => checkSpace(space)).toThrow(`checkSpace: ${text}`);
});

test('takes what can be searched', () => {
  const space: SearchSpace = {
    rate: { type: 'float', low: 1e-5, high: 1, log: true },
    layers: { type: 'int', low: 1, high: 1 },
    width: { type: 'int', low: 8, high: 64, log: true, step: 1 },
    kind: { type: 'categorical', choices: ['a', 1, true, null] },
    decay: { type: 'float', low: 0, high: 1, step: 0.25, when: { parameter: 'kind', isOneOf: [null] } },
  };
  expect(() => checkSpace(space)).not.toThrow();
});

test('tells what a parameter can be', () => {
  const int = { type: 'int', low: 1, high: 3 } as const;
  expect([1, 3, 0, 2.5, '2', null, undefined].map(value => holds(int, value))).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
  const kind = { type: 'categorical', choices: [null, 'a'] } as const;
  expect([null, 'a', 'b', undefined].map(value => holds(kind, value))).toEqual([true, true, false, false]);
});
