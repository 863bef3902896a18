import { type Field, field, takes } from '@zpin/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { configSchema } from './config-schema.ts';

const meaning = 'for a test';
const auto = field.choice(['auto'], { default: 'auto', meaning });

/** Every kind of setting, with and without a range. */
const kinds: Readonly<Record<keyof typeof field, readonly Field<unknown>[]>> = {
  number: [
    field.number({ default: 0, meaning }),
    field.number({ above: -2, below: 0, default: -1, meaning }),
    field.number({ min: -1, max: 1, default: null, meaning }),
  ],
  integer: [
    field.integer({ default: 0, meaning }),
    field.integer({ above: -2, below: 2, default: 0, meaning }),
    field.integer({ max: 1, default: null, meaning }),
  ],
  count: [field.count({ default: 1, meaning }), field.count({ min: 0, max: 2, default: null, meaning })],
  positive: [field.positive({ default: 1, meaning })],
  nonNegative: [field.nonNegative({ default: 1, meaning })],
  probability: [field.probability({ default: 1, meaning })],
  boolean: [field.boolean({ default: true, meaning })],
  choice: [field.choice(['a', 'b'], { default: 'a', meaning }), field.choice(['a', 1, true], { default: 1, meaning })],
  text: [field.text({ default: '', meaning }), field.text({ default: null, meaning })],
  numbers: [field.numbers({ min: 0, default: [], meaning }), field.numbers({ length: 2, default: [0, 1], meaning })],
  interval: [field.interval({ default: [0, 1], meaning })],
  sizes: [field.sizes({ default: [], meaning })],
  scheduled: [field.scheduled({ default: 1, meaning }), field.scheduled({ above: 0, max: 1, default: 1, meaning })],
  either: [
    field.either([auto, field.positive({ default: 1, meaning })], { default: 'auto', meaning }),
    field.either([auto, field.texts({ default: [], meaning })], { default: 'auto', meaning }),
    field.either([field.count({ default: 1, meaning }), field.scheduled({ min: 0, default: 1, meaning })], {
      default: 1,
      meaning,
    }),
  ],
  texts: [field.texts({ default: [], meaning })],
};

/** Values that some setting takes, or nearly takes. */
const numbers = fc.oneof(
  fc.constantFrom(-2, -1, -0, 0, 0.5, 1, 2, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
  fc.double(),
  fc.integer({ min: -3, max: 3 }),
);
const scalars = fc.oneof(numbers, fc.constantFrom('a', 'auto', '1', true, false, null, undefined));
const schedules = fc.record(
  {
    type: fc.constantFrom('constant', 'linear', 'exponential', 'piecewise', 'cubic'),
    value: numbers,
    from: numbers,
    to: numbers,
    end: fc.oneof(numbers, fc.constant(undefined)),
    points: fc.array(fc.oneof(fc.tuple(fc.constantFrom(0, 0.25, 0.5, 1), numbers), fc.array(numbers, { maxLength: 3 })), {
      maxLength: 3,
    }),
  },
  { requiredKeys: ['type'] },
);
const values = fc.oneof(
  { weight: 4, arbitrary: scalars },
  { weight: 4, arbitrary: fc.array(scalars, { maxLength: 3 }) },
  { weight: 4, arbitrary: schedules },
  { weight: 2, arbitrary: schedules.map(({ type, from, to }) => ({ type, from, to })) },
  { weight: 1, arbitrary: schedules.map(({ type, points }) => ({ type, points })) },
  { weight: 1, arbitrary: fc.anything({ withSparseArray: true, withDate: true, withMap: true, withTypedArray: true }) },
);

test.each(Object.entries(kinds))('%s: what the plain setting takes, its schema takes, and nothing else', (_kind, fields) => {
  for (const [i, one] of fields.entries()) {
    const schema = configSchema({ setting: one });
    expect(schema.parse({})).toEqual({ setting: one.default });
    fc.assert(
      fc.property(values, setting => {
        // Left out: the default.
        fc.pre(setting !== undefined);
        expect(schema.safeParse({ setting }).success, `${i}`).toBe(takes(one.schema, setting));
      }),
      { numRuns: 500, examples: [[one.default], [[1, 2]], [{ type: 'linear', from: 1, to: 0.5 }], [new Array(2)]] },
    );
  }
});
