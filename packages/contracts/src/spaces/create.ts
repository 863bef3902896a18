import { message, SpaceError } from '../errors.ts';
import type { NumericArray } from '../numeric-array.ts';
import { arrays, ranges } from './dtypes.ts';
import type {
  BoxSpace,
  DictSpace,
  DiscreteSpace,
  Dtype,
  MultiBinarySpace,
  MultiDiscreteSpace,
  Space,
  TupleSpace,
} from './space.ts';

export interface BoxOptions {
  /** Lower bound of all elements, or one per element. */
  readonly low: number | ArrayLike<number>;
  /** Upper bound (inclusive) of all elements, or one per element. */
  readonly high: number | ArrayLike<number>;
  /** Omitted: `[length]` of the bounds, `[1]` when both are numbers. */
  readonly shape?: readonly number[];
  /** `float32` when omitted. */
  readonly dtype?: Dtype;
}

/** The integers start … start + n − 1. @throws SpaceError unless n ≥ 1, both are integers, and all values fit 32 bits */
export function discrete(n: number, start = 0): DiscreteSpace {
  check(Number.isSafeInteger(n) && n >= 1, 'discrete', 'n must be an integer >= 1', n, 'Count the choices');
  check(Number.isSafeInteger(start), 'discrete', 'start must be an integer', start, 'Leave it out to start at 0');
  const fits = start >= ranges.int32[0] && start + n - 1 <= ranges.int32[1];
  check(fits, 'discrete', 'all values must fit 32 bits', [start, start + n - 1], 'Number the choices from 0 on');
  return { type: 'discrete', n, start };
}

/**
 * Arrays with bounds per element.
 * @throws SpaceError when shape and bounds do not fit, low > high, or a bound is not of the dtype
 */
export function box(options: BoxOptions): BoxSpace {
  const { low, high, dtype = 'float32' } = options;
  const given = [low, high].find((bound): bound is ArrayLike<number> => typeof bound !== 'number');
  const shape = [...(options.shape ?? [given?.length ?? 1])];
  check(
    shape.every(d => Number.isSafeInteger(d) && d >= 0),
    'box',
    'shape must hold integers >= 0',
    shape,
    'Give one size per axis',
  );
  const size = product(shape);
  checkSize('box', size);
  const lows = bounds(low, size, dtype, 'low');
  const highs = bounds(high, size, dtype, 'high');
  let i = 0;
  while (i < size && lows[i] <= highs[i]) i++;
  check(i === size, 'box', 'low must be <= high', [lows[i], highs[i]], `Look at element ${i}`);
  return { type: 'box', shape, dtype, low: lows, high: highs };
}

/** Independent choices of nvec[i] values each. @throws SpaceError unless all are integers in [1, 2³¹] */
export function multiDiscrete(nvec: readonly number[]): MultiDiscreteSpace {
  const valid = nvec.length > 0 && nvec.every(n => Number.isInteger(n) && n >= 1 && n <= 2 ** 31);
  check(valid, 'multiDiscrete', 'nvec must hold integers in [1, 2^31]', nvec, 'Give the number of values of each choice');
  return { type: 'multiDiscrete', nvec: [...nvec] };
}

/** n bits. @throws SpaceError unless n is an integer ≥ 1 */
export function multiBinary(n: number): MultiBinarySpace {
  check(Number.isSafeInteger(n) && n >= 1, 'multiBinary', 'n must be an integer >= 1', n, 'Count the bits');
  checkSize('multiBinary', n);
  return { type: 'multiBinary', n };
}

/** Numbers of one value of a space; beyond that, rows of it would fill any memory. */
const MOST_NUMBERS = 2 ** 26;

/** @throws SpaceError when values of the space would have too many numbers */
function checkSize(where: string, size: number): void {
  check(size <= MOST_NUMBERS, where, `a value must have at most ${MOST_NUMBERS} numbers`, size, 'Give a smaller shape');
}

/** A record of spaces; its keys are sorted. */
export function dict(spaces: Readonly<Record<string, Space>>): DictSpace {
  return {
    type: 'dict',
    spaces: Object.fromEntries(
      Object.keys(spaces)
        .sort()
        .map(key => [key, spaces[key]]),
    ),
  };
}

/** A list of spaces. */
export function tuple(spaces: readonly Space[]): TupleSpace {
  return { type: 'tuple', spaces: [...spaces] };
}

/** @throws SpaceError, with what was expected, found and can be done, unless `holds` */
export function check(holds: boolean, where: string, expectation: string, actual: unknown, remedy: string): void {
  if (!holds) throw new SpaceError(message(where, expectation, actual, remedy));
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

function bounds(bound: number | ArrayLike<number>, size: number, dtype: Dtype, name: string): NumericArray {
  const make = arrays[dtype];
  check(make !== undefined, 'box', 'dtype must be float32, int32 or uint8', dtype, 'Choose one of them');
  const [least, most] = ranges[dtype];
  const isOne = (value: number) => value >= least && value <= most && (dtype === 'float32' || Number.isInteger(value));
  const must = `${name} must be of ${dtype}`;
  if (typeof bound === 'number') {
    // Looked at once for all elements: an image has 100,800 of them.
    check(isOne(bound), 'box', must, bound, 'Change the bound or the dtype');
    return new make(size).fill(bound + 0);
  }
  const given = Array.from(bound);
  check(
    given.length === size,
    'box',
    `${name} must have ${size} elements, as shape says`,
    given.length,
    'Give a number or one per element',
  );
  const bad = given.find(value => !isOne(value));
  check(bad === undefined, 'box', must, bad, 'Change the bound or the dtype');
  const made = make.from(given);
  // −0 bounds what 0 does, and JSON, by which spaces are told to be equal, does not know it.
  for (let i = 0; i < made.length; i++) made[i] += 0;
  return made;
}
