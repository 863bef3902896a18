import { message, nearestName, SpaceError } from '../errors.ts';
import { arrays } from './dtypes.ts';
import type { BoxSpace, Dtype, Space } from './space.ts';

/**
 * Whether a value is a space, for those that were written by hand: `box`, `discrete` and so on give no others.
 * @param where who wants to know
 * @param name how the user calls it, such as `spec.observationSpace`
 * @throws SpaceError naming the first part that is missing or wrong
 */
export function checkSpace(where: string, name: string, space: unknown): asserts space is Space {
  if (typeof space !== 'object' || space === null) {
    throw new SpaceError(message(where, `${name} must be a space`, space, REMEDY));
  }
  const given = space as Readonly<Record<string, unknown>>;
  const type = String(given.type);
  if (!Object.hasOwn(rules, type)) {
    const types = Object.keys(rules);
    const near = nearestName(type, types);
    const remedy = near ? `Write ${near}` : REMEDY;
    throw new SpaceError(message(where, `${name}.type must be one of ${types.join(', ')}`, given.type, remedy));
  }
  rules[type as Space['type']](given, (part, holds, expectation, remedy = REMEDY, got = given[part]) => {
    if (!holds) throw new SpaceError(message(where, `${name}.${part} must ${expectation}`, got, remedy));
  });
  if (type !== 'dict' && type !== 'tuple') return;
  for (const [key, part] of Object.entries(given.spaces as object)) checkSpace(where, `${name}.spaces.${key}`, part);
}

const REMEDY = "Make it by box or discrete of '@zpin/contracts', for example";

/** Refuses a part of a space by its name unless it is as it must be. */
type Check = (part: string, holds: boolean, expectation: string, remedy?: string, got?: unknown) => void;

const rules: Readonly<Record<Space['type'], (given: Readonly<Record<string, unknown>>, check: Check) => void>> = {
  discrete: ({ n, start }, check) => {
    check('n', isCount(n), 'be an integer >= 1', 'Count the choices');
    check('start', Number.isSafeInteger(start), 'be an integer', 'Write start: 0 to number the choices from 0 on');
  },
  box: checkBox,
  multiDiscrete: ({ nvec }, check) => {
    const holds = Array.isArray(nvec) && nvec.length > 0 && nvec.every(isCount);
    check('nvec', holds, 'be a list of integers >= 1', 'Give the number of values of each choice');
  },
  multiBinary: ({ n }, check) => check('n', isCount(n), 'be an integer >= 1', 'Count the bits'),
  dict: ({ spaces }, check) => {
    const isRecord = typeof spaces === 'object' && spaces !== null && !Array.isArray(spaces);
    check('spaces', isRecord, 'be a record of spaces');
    const keys = Object.keys(spaces as object);
    // As a record has them: JavaScript puts whole numbers first.
    const wanted = Object.keys(Object.fromEntries(keys.toSorted().map(key => [key, 0])));
    const isSorted = keys.every((key, k) => key === wanted[k]);
    check('spaces', isSorted, 'have its keys in order', "dict of '@zpin/contracts' sorts them");
  },
  tuple: ({ spaces }, check) => check('spaces', Array.isArray(spaces), 'be a list of spaces'),
};

function checkBox(given: Readonly<Record<string, unknown>>, check: Check): void {
  const { shape, dtype, low, high } = given as Partial<BoxSpace>;
  const isShape = Array.isArray(shape) && shape.every(size => Number.isSafeInteger(size) && size >= 0);
  check('shape', isShape, 'be a list of integers >= 0', 'Give one size per axis');
  const types = Object.keys(arrays);
  check('dtype', types.includes(String(dtype)), `be one of ${types.join(', ')}`, 'Choose one of them');
  const make = arrays[dtype as Dtype];
  const size = (shape as readonly number[]).reduce((product, each) => product * each, 1);
  const bounds = `be of type ${make.name} with ${size} elements, as shape says`;
  check('low', low instanceof make && low.length === size, bounds);
  check('high', high instanceof make && high.length === size, bounds);
  const [lows, highs] = [low, high] as [Float32Array, Float32Array];
  let i = 0;
  while (i < size && lows[i] <= highs[i]) i++;
  check('low', i === size, 'be at most high', `Look at element ${i}`, [lows[i], highs[i]]);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
