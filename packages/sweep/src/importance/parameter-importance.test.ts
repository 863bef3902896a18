import { Rng } from '@zpin/contracts';
import { expect, test } from 'vitest';
import { sampleRandom } from '../samplers/random.ts';
import type { Params, SearchSpace } from '../space/parameter.ts';
import type { Trial } from '../trial.ts';
import { parameterImportance } from './parameter-importance.ts';

const space: SearchSpace = {
  strong: { type: 'float', low: 1e-4, high: 1, log: true },
  weak: { type: 'int', low: 0, high: 1000 },
  none: { type: 'float', low: 0, high: 1, step: 0.1 },
  kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
};

function trialsOf(value: (params: Params) => number, count = 200): Trial[] {
  return Array.from({ length: count }, (_, number) => {
    const params = sampleRandom(space, new Rng([3, number]));
    return { number, state: 'complete', params, value: value(params), intermediateValues: new Map() };
  });
}

test('orders parameters by what they do, and shares sum to 1', () => {
  const value = ({ strong, weak }: Params) => -3 * Math.abs(Math.log10(Number(strong)) + 2) - Number(weak) / 500;
  const shares = parameterImportance(space, trialsOf(value), 'maximize');
  expect(Object.values(shares).reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  expect(shares.strong).toBeGreaterThan(0.5);
  expect(shares.weak).toBeGreaterThan(1.5 * Math.max(shares.none, shares.kind));
  // The worst ones are no better in the other direction: what matters is the same parameter.
  expect(
    parameterImportance(
      space,
      trialsOf(params => -value(params)),
      'minimize',
    ),
  ).toEqual(shares);
});

test('one choice by hand', () => {
  const one: SearchSpace = { kind: { type: 'categorical', choices: ['a', 'b'] }, x: { type: 'int', low: 3, high: 3 } };
  const trials = Array.from(
    { length: 8 },
    (_, number): Trial => ({
      ...{
        number,
        state: 'complete',
        params: { kind: number < 2 ? 'a' : 'b', x: 3 },
        value: -number,
        intermediateValues: new Map(),
      },
    }),
  );
  expect(parameterImportance(one, trials, 'maximize')).toEqual({ kind: 1, x: 0 });
});

test('says nothing where nothing is known', () => {
  expect(
    parameterImportance(
      space,
      trialsOf(() => 1, 7),
      'maximize',
    ),
  ).toEqual({});
  const fixed: SearchSpace = { x: { type: 'int', low: 3, high: 3 } };
  expect(
    parameterImportance(
      fixed,
      trialsOf(() => 1, 20),
      'maximize',
    ),
  ).toEqual({});
});
