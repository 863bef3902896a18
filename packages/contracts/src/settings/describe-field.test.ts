import { expect, test } from 'vitest';
import { describeField } from './describe-field.ts';
import { type Field, field } from './field.ts';

const meaning = 'for a test';
const auto = field.choice(['auto'], { default: 'auto', meaning });

test.each<[Field<unknown>, string, string, string]>([
  [field.number({ default: 0, meaning }), 'number', '', 'a number'],
  [field.number({ above: -12, below: 0, default: -10, meaning }), 'number', 'in (-12, 0)', 'a number in (-12, 0)'],
  [field.number({ min: 0, below: 1, default: 0, meaning }), 'number', 'in [0, 1)', 'a number in [0, 1)'],
  [field.number({ max: 3, default: 0, meaning }), 'number', '<= 3', 'a number <= 3'],
  [field.number({ below: 3, default: 0, meaning }), 'number', '< 3', 'a number < 3'],
  [field.positive({ default: 1, meaning }), 'number', '> 0', 'a number > 0'],
  [field.positive({ default: null, meaning }), 'number or null', '> 0', 'a number > 0 or null'],
  [field.integer({ default: 0, meaning }), 'integer', '', 'an integer'],
  [field.integer({ max: 5, default: 0, meaning }), 'integer', '<= 5', 'an integer <= 5'],
  [field.count({ default: 1, meaning }), 'integer', '>= 1', 'an integer >= 1'],
  [field.count({ min: 0, max: 103, default: 62, meaning }), 'integer', 'in [0, 103]', 'an integer in [0, 103]'],
  [field.boolean({ default: true, meaning }), 'boolean', '', 'true or false'],
  [field.text({ default: '', meaning }), 'text', '', 'a text'],
  [field.texts({ default: [], meaning }), 'list of texts', '', 'a list of texts'],
  [field.sizes({ default: [], meaning }), 'list of integers', '> 0', 'a list of integers > 0'],
  [field.numbers({ length: 3, default: [1, 0, 0], meaning }), 'list of numbers', '', 'a list of numbers (3)'],
  [field.interval({ default: [0, 1], meaning }), 'interval', '', 'two numbers, the smaller one first'],
  [field.choice(['a', 'b'], { default: 'a', meaning }), 'choice', 'one of a, b', 'one of a, b'],
  [
    field.either([auto, field.count({ min: 2, default: 2, meaning })], { default: 'auto', meaning }),
    'choice or integer',
    'one of auto or >= 2',
    'auto or an integer >= 2',
  ],
  [
    field.scheduled({ min: 0, default: 0, meaning }),
    'number or schedule',
    '>= 0',
    'a number >= 0 or a schedule such as type=linear,from=1,to=0.1',
  ],
])('%j', ({ schema }, type, range, accepts) => {
  expect(describeField(schema)).toEqual({ type, range, accepts });
});

test('objects and lists of fixed places are told part by part', () => {
  const pair = { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'number', minimum: 0 }] };
  expect(describeField(pair)).toEqual({ type: '[integer, number]', range: '', accepts: '[an integer, a number >= 0]' });
  const ends = { type: 'object', properties: { from: { type: 'number' }, to: { type: 'null' } }, required: ['from'] };
  expect(describeField(ends)).toEqual({ type: '{from, to?}', range: '', accepts: '{from: a number, to?: null}' });
  expect(describeField({ type: 'array', minItems: 2 })).toMatchObject({ accepts: 'a list of values (at least 2)' });
  expect(describeField({ type: ['number', 'null'] })).toMatchObject({ type: 'number or null', accepts: 'a number or null' });
  expect(describeField({ anyOf: [{ anyOf: [{ type: 'integer' }, { type: 'null' }] }] })).toMatchObject({
    type: 'integer or null',
  });
  expect(describeField({})).toEqual({ type: 'value', range: '', accepts: 'a value' });
});
