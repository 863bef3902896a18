import { expect, test } from 'vitest';
import { z } from 'zod';
import { sampleConfig } from './config.fixture.ts';
import { describeConfig } from './describe-config.ts';

const byName = (name: string) => describeConfig(sampleConfig).find(field => field.name === name);

test('lists the settings in the order of the schema, also when it has a refinement', () => {
  expect(describeConfig(sampleConfig).map(field => field.name)).toEqual([
    'learningRate',
    'gamma',
    'clipRange',
    'numEnvs',
    'batchSize',
    'hiddenSizes',
    'activation',
    'targetKl',
    'valueMin',
    'epsilon',
    'normalizeAdvantage',
  ]);
});

test('reads meaning, unit and default', () => {
  expect(byName('numEnvs')).toMatchObject({ meaning: 'copies of the environment', unit: 'environments', default: 8 });
  expect(byName('hiddenSizes')).toMatchObject({ default: [64, 64], unit: null });
  expect(byName('targetKl')?.default).toBeNull();
});

test.each([
  ['learningRate', 'number or {start, end}', '> 0', 'a number > 0 or {start: a number, end: a number}'],
  ['gamma', 'number', 'in [0, 1]', 'a number in [0, 1]'],
  ['numEnvs', 'integer', '>= 1', 'an integer >= 1'],
  ['hiddenSizes', 'list of integers', '> 0', 'a list of integers > 0'],
  ['activation', 'choice', 'one of tanh, relu', 'one of tanh, relu'],
  ['targetKl', 'number or null', '> 0', 'a number > 0 or null'],
  ['epsilon', 'number or schedule', 'in [0, 1]', 'a number in [0, 1] or a schedule such as type=linear,from=1,to=0.1'],
  ['normalizeAdvantage', 'boolean', '', 'true or false'],
])('says what %s takes', (name, type, range, accepts) => {
  expect(byName(name)).toMatchObject({ type, range, accepts });
});

test('writes intervals with open and closed ends', () => {
  const schema = z.strictObject({
    inside: z.number().gt(0).lt(1),
    half: z.number().min(0).lt(1).describe('with a meaning before its default').default(0.5),
    below: z.number().max(3),
    whole: z.int(),
    mode: z.union([z.literal('auto'), z.int().min(2)]),
    pair: z.array(z.number()).length(2),
    point: z.tuple([z.int(), z.number().min(0)]),
  });
  const fields = describeConfig(schema);
  expect(fields.map(field => field.accepts)).toEqual([
    'a number in (0, 1)',
    'a number in [0, 1)',
    'a number <= 3',
    'an integer',
    'auto or an integer >= 2',
    'a list of numbers (2)',
    '[an integer, a number >= 0]',
  ]);
  expect(fields[1]).toMatchObject({ meaning: 'with a meaning before its default', default: 0.5 });
  expect(fields[0]?.default).toBeUndefined();
});
