import { Rng } from '@zpin/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkSpace, holds } from '../space/check-space.ts';
import { countOfValues, valueAt } from '../space/numeric-scale.ts';
import type { Parameter, Params, SearchSpace } from '../space/parameter.ts';
import { isActive } from '../space/parameter-groups.ts';
import type { Trial } from '../trial.ts';
import { gridPoints } from './grid.ts';
import { sampleRandom } from './random.ts';
import { sampleTpe } from './tpe.ts';

const finite = fc.double({ min: -100, max: 100, noNaN: true });
const bounds = fc.tuple(finite, finite).map(([a, b]) => ({ low: Math.min(a, b), high: Math.max(a, b) }));
const parameter: fc.Arbitrary<Parameter> = fc.oneof(
  bounds.map(range => ({ type: 'float' as const, ...range })),
  fc
    .tuple(bounds, fc.double({ min: 0.01, max: 30, noNaN: true }))
    .map(([range, step]) => ({ type: 'float' as const, ...range, step })),
  bounds.map(({ low, high }) => ({ type: 'float' as const, low: Math.exp(low / 10), high: Math.exp(high / 10), log: true })),
  fc
    .tuple(bounds, fc.integer({ min: 1, max: 5 }))
    .map(([{ low, high }, step]) => ({ type: 'int' as const, low: Math.floor(low), high: Math.ceil(high), step })),
  fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 0, max: 500 })).map(([low, more]) => ({
    ...{ type: 'int' as const, low, high: low + more, log: true },
  })),
  fc.uniqueArray(fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)), { minLength: 1 }).map(choices => ({
    ...{ type: 'categorical' as const, choices },
  })),
);
const space: fc.Arbitrary<SearchSpace> = fc
  .tuple(fc.array(parameter, { minLength: 1, maxLength: 4 }), parameter)
  .map(([parameters, inner]) => ({
    kind: { type: 'categorical', choices: ['plain', 'rich'] },
    ...Object.fromEntries(parameters.map((each, i) => [`p${i}`, each])),
    inner: { ...inner, when: { parameter: 'kind', isOneOf: ['rich'] } },
  }));

function expectInside(space: SearchSpace, params: Params): void {
  for (const [name, each] of Object.entries(space)) {
    expect(name in params, name).toBe(isActive(each, params));
    if (!(name in params)) continue;
    expect(holds(each, params[name]), `${name}: ${JSON.stringify(params[name])} in ${JSON.stringify(each)}`).toBe(true);
    if (each.type === 'categorical' || each.step === undefined) continue;
    const values = Array.from({ length: countOfValues(each) }, (_, index) => valueAt(each, index));
    expect(values).toContain(params[name]);
  }
}

/** Trials that differ in state and value, with the params that a sampler gave. */
function history(space: SearchSpace, count: number): Trial[] {
  return Array.from({ length: count }, (_, number) => ({
    number,
    state: (['complete', 'complete', 'pruned', 'running'] as const)[number % 4],
    params: sampleRandom(space, new Rng([1, number])),
    value: number % 4 < 2 ? (number % 8 === 0 ? Number.NaN : (number * 7) % 11) : null,
    intermediateValues: new Map(number % 4 === 2 ? [[number, number]] : []),
  }));
}

test('every sampler stays inside every space, and repeats itself', () => {
  fc.assert(
    fc.property(space, fc.integer({ min: 0, max: 30 }), fc.nat(), (searched, count, seed) => {
      checkSpace(searched);
      expectInside(searched, sampleRandom(searched, new Rng(seed)));
      const trials = history(searched, count);
      const sample = () => sampleTpe(searched, trials, 'maximize', new Rng(seed), { startupTrials: 4 });
      expectInside(searched, sample());
      expect(sample()).toEqual(sample());
    }),
    { numRuns: 60 },
  );
});

test('random points are even on the line of each parameter', () => {
  const rng = new Rng(1);
  const searched: SearchSpace = {
    rate: { type: 'float', low: 1e-4, high: 1, log: true },
    count: { type: 'int', low: 0, high: 3 },
  };
  const points = Array.from({ length: 4000 }, () => sampleRandom(searched, rng));
  const share = (is: (params: Params) => boolean) => points.filter(is).length / points.length;
  // Standard deviation of a share of a quarter: 0.007.
  for (let decade = -4; decade < 0; decade++) {
    expect(share(({ rate }) => Math.floor(Math.log10(Number(rate))) === decade)).toBeCloseTo(0.25, 1);
  }
  for (let value = 0; value <= 3; value++) expect(Math.abs(share(({ count }) => count === value) - 0.25)).toBeLessThan(0.03);
});

test('a grid has every point once, conditions included', () => {
  const searched: SearchSpace = {
    kind: { type: 'categorical', choices: ['plain', 'rich'] },
    rate: { type: 'float', low: 1e-4, high: 1e-2, log: true },
    depth: { type: 'int', low: 1, high: 5, step: 2, when: { parameter: 'kind', isOneOf: ['rich'] } },
  };
  const points = gridPoints(searched, 3);
  expect(points).toHaveLength(3 + 3 * 3);
  expect(points.slice(0, 3).map(({ rate }) => rate)).toEqual([1e-4, expect.closeTo(1e-3, 12), 1e-2]);
  expect(points.slice(3, 6)).toEqual([1, 3, 5].map(depth => ({ kind: 'rich', rate: 1e-4, depth })));
  expect(points.slice(0, 3).every(point => !('depth' in point))).toBe(true);
  expect(gridPoints({ width: { type: 'int', low: 1, high: 4, log: true } }, 8).map(({ width }) => width)).toEqual([1, 2, 3, 4]);
  expect(gridPoints({ rate: { type: 'float', low: 0, high: 3 } }, 1)).toEqual([{ rate: 1.5 }]);
});

test('a grid without end is refused', () => {
  const wide: SearchSpace = { a: { type: 'int', low: 0, high: 999 }, b: { type: 'int', low: 0, high: 999 } };
  expect(() => gridPoints(wide)).toThrow('gridPoints: a grid must have at most 100000 points, got "1000000 up to b"');
  expect(() => gridPoints({ a: { type: 'int', low: 0, high: 1e9 } })).toThrow('at most 100000 points, got 1000000001');
  expect(() => gridPoints(wide, 0)).toThrow('points must be an integer >= 1, got 0');
});
