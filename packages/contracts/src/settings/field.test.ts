import { describe, expect, expectTypeOf, it } from 'vitest';
import type { Schedule } from '../schedules.ts';
import { type Field, field, type ValuesOf } from './field.ts';
import { takes } from './read-values.ts';

const meaning = 'for a test';

describe('field', () => {
  it.each<[string, Field<unknown>, readonly unknown[], readonly unknown[]]>([
    ['number', field.number({ default: 0, meaning }), [-1e300, 0.5], ['1', Number.NaN, Number.POSITIVE_INFINITY, null]],
    ['number inside', field.number({ above: -12, below: 0, default: -10, meaning }), [-11.9, -0.1], [-12, 0, 1]],
    ['number up to', field.number({ min: 0, max: 2, default: 1, meaning }), [0, 2], [-1e-9, 2.1]],
    ['integer', field.integer({ default: 0, meaning }), [-3, 0, 2 ** 53 - 1], [0.5, 2 ** 53, Number.NaN, '3']],
    ['integer inside', field.integer({ above: 0, below: 4, default: 1, meaning }), [1, 3], [0, 4]],
    ['count', field.count({ default: 1, meaning }), [1, 7], [0, -1, 1.5]],
    ['count from 0', field.count({ min: 0, max: 3, default: 0, meaning }), [0, 3], [-1, 4]],
    ['positive', field.positive({ default: 1, meaning }), [1e-12], [0, -1]],
    ['nonNegative', field.nonNegative({ default: 1, meaning }), [0, 3], [-1e-12]],
    ['probability', field.probability({ default: 1, meaning }), [0, 0.5, 1], [-0.1, 1.1]],
    ['boolean', field.boolean({ default: true, meaning }), [true, false], [0, 'true', null]],
    ['choice', field.choice(['a', 2, true], { default: 'a', meaning }), ['a', 2, true], ['b', 3, false, '2']],
    ['text', field.text({ default: '', meaning }), ['', 'x'], [1, null]],
    ['texts', field.texts({ default: [], meaning }), [[], ['a', 'b']], ['a', [1]]],
    ['numbers', field.numbers({ min: 0, default: [], meaning }), [[], [0, 2.5]], [[-1], ['1'], 3, [Number.NaN]]],
    ['numbers of a length', field.numbers({ length: 3, default: [1, 0, 0], meaning }), [[1, 2, 3]], [[1, 2], [1, 2, 3, 4], []]],
    [
      'interval',
      field.interval({ default: [0, 1], meaning }),
      [
        [1, 2],
        [-Infinity, Infinity],
      ],
      [[1], [1, 2, 3], [Number.NaN, 1], 1],
    ],
    ['sizes', field.sizes({ default: [64], meaning }), [[], [1, 2]], [[0], [1.5], 3]],
    [
      'scheduled',
      field.scheduled({ min: 0, max: 1, default: 1, meaning }),
      [
        0.5,
        { type: 'linear', from: 1, to: 0 },
        {
          type: 'piecewise',
          points: [
            [0, 1],
            [1, 0],
          ],
        },
      ],
      [
        2,
        { type: 'linear', from: 1, to: 2 },
        { type: 'linear', from: 1 },
        { type: 'cubic', from: 1, to: 0 },
        {
          type: 'piecewise',
          points: [
            [1, 1],
            [0, 0],
          ],
        },
      ],
    ],
    [
      'either',
      field.either([field.choice(['auto'], { default: 'auto', meaning }), field.positive({ default: 1, meaning })], {
        default: 'auto',
        meaning,
      }),
      ['auto', 0.1],
      ['off', 0],
    ],
  ])('%s takes what it says', (_name, { schema, default: standard }, good, bad) => {
    for (const value of [standard, ...good]) expect(takes(schema, value), JSON.stringify(value)).toBe(true);
    for (const value of [undefined, {}, ...bad]) expect(takes(schema, value), JSON.stringify(value)).toBe(false);
  });

  it('takes null where that is the default, and says so in its type', () => {
    const limit = field.count({ default: null, meaning });
    expect(takes(limit.schema, null)).toBe(true);
    expect(takes(limit.schema, 0)).toBe(false);
    expectTypeOf(limit).toEqualTypeOf<Field<number | null>>();
    const power = field.either([limit, field.boolean({ default: false, meaning })], { default: null, meaning });
    expect(power.schema.anyOf).toHaveLength(2);
  });

  it('has its text, and a unit only where one was given', () => {
    const steps = field.count({ default: 5, meaning: 'steps of a turn', unit: 'environment steps' });
    expect(steps).toMatchObject({ default: 5, meaning: 'steps of a turn', unit: 'environment steps' });
    expect(field.count({ default: 5, meaning })).not.toHaveProperty('unit');
  });

  it('is plain data: it travels as JSON', () => {
    const plain = field.scheduled({ above: 0, default: 1, meaning });
    expect(JSON.parse(JSON.stringify(plain))).toEqual(plain);
  });

  it('gives the types of the values', () => {
    const _fields = {
      mode: field.choice(['easy', 'hard'], { default: 'easy', meaning }),
      rate: field.scheduled({ default: 1, meaning }),
      sizes: field.sizes({ default: [], meaning }),
      isOn: field.boolean({ default: false, meaning }),
    };
    expectTypeOf<ValuesOf<typeof _fields>>().toEqualTypeOf<{
      mode: 'easy' | 'hard';
      rate: Schedule;
      sizes: readonly number[];
      isOn: boolean;
    }>();
  });
});
