import { describe, expect, expectTypeOf, it } from 'vitest';
import { InputError } from '../errors.ts';
import { field } from './field.ts';
import { readValues, takes } from './read-values.ts';

const fields = {
  gravity: field.number({ above: -12, below: 0, default: -10, meaning: 'upwards' }),
  isWindy: field.boolean({ default: false, meaning: 'whether wind blows' }),
  range: field.interval({ default: [0.7, Number.POSITIVE_INFINITY], meaning: 'of the height' }),
};

const refused = (given: Readonly<Record<string, unknown>>, known: Parameters<typeof readValues>[0] = fields): string => {
  try {
    readValues(known, given, 'makeEnv');
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as Error).message;
  }
  return 'nothing';
};

describe('readValues', () => {
  it('gives every setting a value', () => {
    const values = readValues(fields, { gravity: -1, isWindy: undefined }, 'makeEnv');
    expect(values).toEqual({ gravity: -1, isWindy: false, range: [0.7, Number.POSITIVE_INFINITY] });
    expectTypeOf(values).toEqualTypeOf<{ gravity: number; isWindy: boolean; range: readonly number[] }>();
  });

  it('names setting, range, value and default', () => {
    expect(refused({ gravity: 5 })).toBe('makeEnv: gravity must be a number in (-12, 0), got 5. Its default is -10.');
    expect(refused({ isWindy: 'yes' })).toBe('makeEnv: isWindy must be true or false, got "yes". Its default is false.');
    expect(refused({ range: [1] })).toBe(
      'makeEnv: range must be two numbers, the smaller one first, got [1]. Its default is [0.7,Infinity].',
    );
  });

  it('refuses a setting that does not exist, with the nearest name, else with all', () => {
    expect(refused({ gravitas: 1 })).toBe('makeEnv: the option must exist, got "gravitas". Did you mean gravity.');
    expect(refused({ qqqqqqqqqqqqqqqq: 1 })).toContain('It knows gravity, isWindy, range.');
    expect(refused({ gravity: 1 }, {})).toContain('It has none.');
    // Not what every object has.
    expect(refused({ toString: 1 })).toContain('got "toString"');
  });
});

describe('takes', () => {
  it('looks into objects and lists', () => {
    const ends = { type: 'object', properties: { from: { type: 'number' }, to: { type: 'null' } }, required: ['from'] };
    expect(takes(ends, { from: 1 })).toBe(true);
    expect(takes(ends, { from: 1, to: null })).toBe(true);
    for (const bad of [null, [], {}, { from: 'a' }, { from: 1, to: 2 }, { from: 1, by: 2 }]) expect(takes(ends, bad)).toBe(false);
    const pair = { type: 'array', prefixItems: [{ type: 'integer' }, { type: 'boolean' }] };
    expect(takes(pair, [1, true])).toBe(true);
    for (const bad of [[1], [true, 1], [1, true, 1]]) expect(takes(pair, bad)).toBe(false);
    expect(takes({ type: 'array', minItems: 2, maxItems: 3 }, [1, 'a'])).toBe(true);
    expect(takes({ type: 'array', minItems: 2, maxItems: 3 }, [1])).toBe(false);
    // A hole is no number.
    expect(takes({ type: 'array', items: { type: 'number' } }, new Array(2))).toBe(false);
  });
});
