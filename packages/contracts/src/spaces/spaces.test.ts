import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { SpaceError } from '../errors.ts';
import { Rng } from '../rng.ts';
import { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './create.ts';
import { createRows, flatDtype, flatLayout, flatSize, flatten, unflatten } from './flat-rows.ts';
import { spaceFromJSON, spaceToJSON } from './json.ts';
import type { Space } from './space.ts';
import { contains, describeSpace, sample } from './values.ts';

const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 });
const bound = fc.tuple(float, float).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
const openBound = fc.oneof(
  bound,
  fc.constant([Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]),
  float.map(low => [low, Number.POSITIVE_INFINITY]),
  float.map(high => [Number.NEGATIVE_INFINITY, high]),
);
const floatBox = fc
  .array(openBound, { minLength: 1, maxLength: 5 })
  .map(list => box({ low: list.map(b => b[0]), high: list.map(b => b[1]) }));
const pixelBox = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }))
  .map(shape => box({ low: 0, high: 255, shape, dtype: 'uint8' }));
const leaf: fc.Arbitrary<Space> = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: -5, max: 5 })).map(([n, start]) => discrete(n, start)),
  floatBox,
  pixelBox,
  fc.constant(box({ low: [-3, -(2 ** 31)], high: [3, 2 ** 31 - 1], dtype: 'int32' })),
  fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }).map(multiDiscrete),
  fc.integer({ min: 1, max: 6 }).map(multiBinary),
);
const anySpace = fc.letrec<{ space: Space }>(tie => ({
  space: fc.oneof(
    { maxDepth: 2 },
    leaf,
    fc.dictionary(fc.constantFrom('goal', 'arm', 'b'), tie('space'), { maxKeys: 3 }).map(dict),
    fc.array(tie('space'), { maxLength: 3 }).map(tuple),
  ),
})).space;

describe('spaces', () => {
  it('contain their own samples, also after JSON and a flat row', () => {
    fc.assert(
      fc.property(anySpace, fc.nat(), (space, seed) => {
        const value = sample(space, new Rng(seed));
        expect(contains(space, value)).toBe(true);
        const copy = spaceFromJSON(JSON.parse(JSON.stringify(spaceToJSON(space))));
        expect(copy).toEqual(space);
        expect(sample(copy, new Rng(seed))).toEqual(value);
        // int32 beyond 2^24 does not survive a float32 row; no environment mixes them.
        const mixed =
          flatDtype(space) === 'float32' &&
          flatLayout(space).some(part => part.space.type === 'box' && part.space.dtype === 'int32');
        if (!mixed) expect(unflatten(space, flatten(space, value))).toEqual(value);
      }),
    );
  });

  it('lay parts out in a row without gaps', () => {
    fc.assert(
      fc.property(anySpace, space => {
        let end = 0;
        for (const part of flatLayout(space)) {
          expect(part.offset).toBe(end);
          end += part.size;
        }
        expect(flatSize(space)).toBe(end);
        expect(createRows(space, 3)).toHaveLength(3 * end);
      }),
    );
  });

  it('tell what is not theirs', () => {
    const b = box({ low: [-1, 0], high: [1, 2] });
    expect(contains(b, new Float32Array([1, 2]))).toBe(true);
    for (const bad of [
      new Float32Array([1.01, 0]),
      new Float32Array([0, Number.NaN]),
      new Float32Array(3),
      new Float64Array(2),
      [0, 0],
    ]) {
      expect(contains(b, bad)).toBe(false);
    }
    expect([1, 2, 3, 4].filter(v => contains(discrete(3, 2), v))).toEqual([2, 3, 4]);
    expect(contains(discrete(3), 1.5)).toBe(false);
    expect(contains(multiDiscrete([2, 3]), Int32Array.of(1, 3))).toBe(false);
    expect(contains(multiBinary(2), Uint8Array.of(0, 2))).toBe(false);
    const d = dict({ a: discrete(2) });
    expect([{ a: 1 }, { a: 2 }, {}, { a: 1, b: 0 }, null, [1]].map(v => contains(d, v))).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect([[1], [2], [], [1, 1]].map(v => contains(tuple([discrete(2)]), v))).toEqual([true, false, false, false]);
  });

  it('know no negative zero, which JSON would lose', () => {
    // The second one is 0 only when it is rounded to single precision.
    const { low } = box({ low: [-0, -1e-60], high: 1, shape: [2] });
    expect(low).toEqual(Float32Array.of(0, 0));
  });

  it('sample each bounded element over its whole range', () => {
    const rng = new Rng(3);
    const space = box({ low: [-2, 10], high: [-1, 30] });
    const rows = Array.from({ length: 2000 }, () => sample(space, rng));
    const mean = (i: number) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length;
    expect(mean(0)).toBeCloseTo(-1.5, 1);
    expect(Math.abs(mean(1) - 20)).toBeLessThan(0.5);
    const pixels = Array.from({ length: 4000 }, () => sample(box({ low: 254, high: 255, dtype: 'uint8' }), rng)[0]);
    expect(new Set(pixels)).toEqual(new Set([254, 255]));
  });

  it('sort the keys of a Dict', () => {
    const space = dict({ b: box({ low: 0, high: 1, shape: [2] }), a: box({ low: 0, high: 1, shape: [1] }) });
    expect(flatLayout(space).map(({ path, offset, size }) => [path, offset, size])).toEqual([
      ['a', 0, 1],
      ['b', 1, 2],
    ]);
    expect([...flatten(space, { b: Float32Array.of(1, 0.5), a: Float32Array.of(0.25) })]).toEqual([0.25, 1, 0.5]);
  });

  it('write rows at an offset', () => {
    const rows = createRows(multiDiscrete([4, 4]), 2);
    flatten(multiDiscrete([4, 4]), Int32Array.of(2, 3), rows, 2);
    expect([...rows]).toEqual([0, 0, 2, 3]);
    expect(unflatten(multiDiscrete([4, 4]), rows, 2)).toEqual(Int32Array.of(2, 3));
  });

  it('have a row type', () => {
    const types = [
      discrete(2),
      multiBinary(2),
      box({ low: 0, high: 1 }),
      tuple([discrete(2), multiBinary(1)]),
      tuple([discrete(2)]),
    ];
    expect(types.map(flatDtype)).toEqual(['int32', 'uint8', 'float32', 'float32', 'int32']);
  });

  it('describe themselves', () => {
    const space = dict({
      goal: box({ low: 0, high: 1, shape: [2, 3] }),
      move: tuple([discrete(4), discrete(2, 1), multiBinary(3)]),
    });
    expect(describeSpace(space)).toBe(
      'Dict(goal: Box([2, 3], float32), move: Tuple(Discrete(4), Discrete(2, start 1), MultiBinary(3)))',
    );
    expect(describeSpace(multiDiscrete([2, 5]))).toBe('MultiDiscrete([2, 5])');
  });

  it('write infinite and equal bounds shortly in JSON', () => {
    const space = box({ low: Number.NEGATIVE_INFINITY, high: [1, Number.POSITIVE_INFINITY] });
    expect(spaceToJSON(space)).toEqual({ type: 'box', shape: [2], dtype: 'float32', low: '-Infinity', high: [1, 'Infinity'] });
  });

  it('have typed values', () => {
    expectTypeOf(sample(discrete(2), new Rng(0))).toEqualTypeOf<number>();
    expectTypeOf(sample(multiBinary(2), new Rng(0))).toEqualTypeOf<Uint8Array>();
  });

  it.each([
    () => discrete(0),
    () => discrete(2.5),
    () => discrete(2, 0.5),
    () => discrete(3, 2 ** 31 - 2),
    () => discrete(2, -(2 ** 31) - 1),
    () => multiDiscrete([2 ** 31 + 1]),
    () => box({ low: 1, high: 0 }),
    () => box({ low: Number.NaN, high: 0 }),
    () => box({ low: 0, high: 256, dtype: 'uint8' }),
    () => box({ low: 0, high: 1.5, dtype: 'int32' }),
    () => box({ low: [0, 0], high: [1, 1, 1] }),
    () => box({ low: 0, high: 1, shape: [-1] }),
    () => multiDiscrete([]),
    () => multiDiscrete([2, 0]),
    () => multiBinary(0),
    () => flatten(box({ low: 0, high: 1, shape: [2] }), Float32Array.of(1)),
    () => flatten(dict({ a: discrete(2) }), {}),
    () => spaceFromJSON(JSON.parse('{"type":"circle"}')),
  ])('refuse what is no space: %s', make => {
    expect(make).toThrow(SpaceError);
  });
});

it.each<[Space, unknown, string]>([
  [multiDiscrete([3, 3]), [1, Number.NaN], 'flatten: element 1 of MultiDiscrete([3, 3]) must be an integer of int32, got NaN'],
  [multiBinary(2), Float32Array.of(0.5, 1), 'element 0 of MultiBinary(2) must be an integer of uint8, got 0.5'],
  [
    box({ low: 0, high: 255, shape: [2], dtype: 'uint8' }),
    Float32Array.of(7, Number.NaN),
    'must be an integer of uint8, got NaN',
  ],
  [box({ low: 0, high: 255, shape: [2], dtype: 'uint8' }), Int32Array.of(7, 256), 'must be an integer of uint8, got 256'],
  [box({ low: 0, high: 9, shape: [1], dtype: 'int32' }), [Number.POSITIVE_INFINITY], 'must be an integer of int32, got Infinity'],
  [
    dict({ a: box({ low: 0, high: 9, shape: [1] }), b: multiBinary(1) }),
    { a: [0.5], b: [Number.NaN] },
    'element 0 of MultiBinary(1)',
  ],
])('a number that an integer row would turn into another one is refused (case %#)', (space, value, text) => {
  expect(() => flatten(space, value as never)).toThrow(SpaceError);
  expect(() => flatten(space, value as never)).toThrow(text);
});

it('integers in an array of another type are written as they are', () => {
  const space = box({ low: 0, high: 255, shape: [2], dtype: 'uint8' });
  for (const value of [[3, 255], Float32Array.of(3, 255), Int32Array.of(3, 255)]) {
    expect(flatten(space, value as never)).toEqual(Uint8Array.of(3, 255));
  }
});
