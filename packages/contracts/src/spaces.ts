import { message, SpaceError } from './errors.ts';
import type { NumericArray } from './numeric-array.ts';
import type { Rng } from './rng.ts';

/** Element types of arrays in spaces and in vector steps. */
export type Dtype = 'float32' | 'int32' | 'uint8';

/** The integers start … start + n − 1. */
export interface DiscreteSpace {
  readonly type: 'discrete';
  readonly n: number;
  readonly start: number;
}

/** Arrays of one shape whose elements have their own bounds. */
export interface BoxSpace {
  readonly type: 'box';
  readonly shape: readonly number[];
  readonly dtype: Dtype;
  /** One bound per element, row-major; may be infinite for float32. */
  readonly low: NumericArray;
  readonly high: NumericArray;
}

/** Several independent choices: element i in 0 … nvec[i] − 1. */
export interface MultiDiscreteSpace {
  readonly type: 'multiDiscrete';
  readonly nvec: readonly number[];
}

/** n bits. */
export interface MultiBinarySpace {
  readonly type: 'multiBinary';
  readonly n: number;
}

/** A record of spaces. Keys are sorted, so that equal spaces have equal flat layouts. */
export interface DictSpace {
  readonly type: 'dict';
  readonly spaces: Readonly<Record<string, Space>>;
}

export interface TupleSpace {
  readonly type: 'tuple';
  readonly spaces: readonly Space[];
}

export type Space = DiscreteSpace | BoxSpace | MultiDiscreteSpace | MultiBinarySpace | DictSpace | TupleSpace;

/** Any value of any space. */
export type SpaceValue = number | NumericArray | readonly SpaceValue[] | { readonly [key: string]: SpaceValue };

/** Values of a space: a number, an array of its element type, a record, or a list. */
export type ValueOf<S extends Space> = S extends DiscreteSpace
  ? number
  : S extends BoxSpace
    ? NumericArray
    : S extends MultiDiscreteSpace
      ? Int32Array
      : S extends MultiBinarySpace
        ? Uint8Array
        : S extends DictSpace
          ? { readonly [key: string]: SpaceValue }
          : readonly SpaceValue[];

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
  for (let i = 0; i < size; i++) {
    check(lows[i] <= highs[i], 'box', 'low must be <= high', [lows[i], highs[i]], `Look at element ${i}`);
  }
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

/**
 * A random value of the space. Bounded elements are uniform, elements without bounds standard normal, elements with one bound
 * exponential from it.
 */
export function sample<S extends Space>(space: S, rng: Rng): ValueOf<S>;
export function sample(space: Space, rng: Rng): SpaceValue {
  switch (space.type) {
    case 'discrete':
      return space.start + rng.integers(0, space.n);
    case 'box':
      return sampleBox(space, rng);
    case 'multiDiscrete':
      return Int32Array.from(space.nvec, n => rng.integers(0, n));
    case 'multiBinary':
      return Uint8Array.from({ length: space.n }, () => rng.integers(0, 2));
    case 'dict':
      return Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, sample<Space>(part, rng)]));
    case 'tuple':
      return space.spaces.map(part => sample<Space>(part, rng));
  }
}

/** Whether `value` is of the space: its kind, length and element type, every bound, no NaN. */
export function contains(space: Space, value: unknown): boolean {
  switch (space.type) {
    case 'discrete':
      return Number.isInteger(value) && (value as number) >= space.start && (value as number) < space.start + space.n;
    case 'box':
      return value instanceof arrays[space.dtype] && value.length === space.low.length && withinBounds(space, value);
    case 'multiDiscrete':
      return (
        value instanceof Int32Array && value.length === space.nvec.length && value.every((v, i) => v >= 0 && v < space.nvec[i])
      );
    case 'multiBinary':
      return value instanceof Uint8Array && value.length === space.n && value.every(bit => bit <= 1);
    case 'dict': {
      if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
      const keys = Object.keys(space.spaces);
      const parts = value as Record<string, unknown>;
      return Object.keys(parts).length === keys.length && keys.every(key => contains(space.spaces[key], parts[key]));
    }
    case 'tuple':
      return Array.isArray(value) && value.length === space.spaces.length && space.spaces.every((s, i) => contains(s, value[i]));
  }
}

/** One part of a flat row. */
export interface FlatPart {
  /** Keys and places from the root, joined by dots; empty for a space that is no `Dict` or `Tuple`. */
  readonly path: string;
  readonly space: DiscreteSpace | BoxSpace | MultiDiscreteSpace | MultiBinarySpace;
  /** First element in the row. */
  readonly offset: number;
  readonly size: number;
}

/** Where the parts of a value lie in its flat row: keys of a `Dict` in sorted order, parts of a `Tuple` in theirs. */
export function flatLayout(space: Space): FlatPart[] {
  const parts: FlatPart[] = [];
  const visit = (part: Space, path: string): void => {
    if (part.type === 'dict' || part.type === 'tuple') {
      for (const [key, child] of Object.entries(part.spaces)) visit(child, path === '' ? key : `${path}.${key}`);
      return;
    }
    const last = parts.at(-1);
    parts.push({ path, space: part, offset: last ? last.offset + last.size : 0, size: leafSize(part) });
  };
  visit(space, '');
  return parts;
}

/** Numbers in a flat row: 1 for `Discrete` (an index, not one-hot), the product of the shape for `Box`, and so on. */
export function flatSize(space: Space): number {
  return flatLayout(space).reduce((size, part) => size + part.size, 0);
}

/** Element type of a flat row: that of all parts when they agree, else `float32`. */
export function flatDtype(space: Space): Dtype {
  const types = new Set(flatLayout(space).map(part => leafDtype(part.space)));
  const [first] = types;
  return types.size === 1 ? first : 'float32';
}

/** Zeros for `count` flat rows of the space, `[count, flatSize]`. */
export function createRows(space: Space, count: number): NumericArray {
  return new arrays[flatDtype(space)](count * flatSize(space));
}

/**
 * Writes `value` as a flat row into `out`, from `offset` on, and returns `out`; a new row when `out` is omitted.
 * @throws SpaceError when the value's parts do not have the space's lengths, or hold numbers that are no integers where the space
 * has integers (bounds are not looked at; see `contains`)
 */
export function flatten(space: Space, value: SpaceValue, out: NumericArray = createRows(space, 1), offset = 0): NumericArray {
  writeFlat(space, value, out, offset);
  return out;
}

/** The value whose flat row starts at `offset` of `row`; its arrays are new. */
export function unflatten<S extends Space>(space: S, row: NumericArray, offset?: number): ValueOf<S>;
export function unflatten(space: Space, row: NumericArray, offset = 0): SpaceValue {
  if (space.type === 'dict' || space.type === 'tuple') {
    let from = offset;
    const values = Object.entries(space.spaces).map(([key, part]): [string, SpaceValue] => {
      const value = unflatten<Space>(part, row, from);
      from += flatSize(part);
      return [key, value];
    });
    return space.type === 'dict' ? Object.fromEntries(values) : values.map(([, value]) => value);
  }
  if (space.type === 'discrete') return row[offset];
  return arrays[leafDtype(space)].from(row.subarray(offset, offset + leafSize(space)));
}

/** Short form for messages and lists: `Discrete(2)`, `Box([4], float32)`, `Dict(goal: Box([3], float32))`. */
export function describeSpace(space: Space): string {
  switch (space.type) {
    case 'discrete':
      return space.start === 0 ? `Discrete(${space.n})` : `Discrete(${space.n}, start ${space.start})`;
    case 'box':
      return `Box([${space.shape.join(', ')}], ${space.dtype})`;
    case 'multiDiscrete':
      return `MultiDiscrete([${space.nvec.join(', ')}])`;
    case 'multiBinary':
      return `MultiBinary(${space.n})`;
    case 'dict':
      return `Dict(${Object.entries(space.spaces)
        .map(([key, part]) => `${key}: ${describeSpace(part)}`)
        .join(', ')})`;
    case 'tuple':
      return `Tuple(${space.spaces.map(describeSpace).join(', ')})`;
  }
}

/** A bound in JSON, which has no infinities. */
export type JsonBound = number | '-Infinity' | 'Infinity';

/** JSON form of a space. Bounds that are equal for all elements are written once. */
export type SpaceJSON =
  | DiscreteSpace
  | MultiDiscreteSpace
  | MultiBinarySpace
  | {
      readonly type: 'box';
      readonly shape: readonly number[];
      readonly dtype: Dtype;
      readonly low: JsonBound | readonly JsonBound[];
      readonly high: JsonBound | readonly JsonBound[];
    }
  | { readonly type: 'dict'; readonly spaces: { readonly [key: string]: SpaceJSON } }
  | { readonly type: 'tuple'; readonly spaces: readonly SpaceJSON[] };

/** A space as plain JSON, for files; infinite bounds are words there. */
export function spaceToJSON(space: Space): SpaceJSON {
  switch (space.type) {
    case 'box':
      return {
        type: 'box',
        shape: space.shape,
        dtype: space.dtype,
        low: boundsToJSON(space.low),
        high: boundsToJSON(space.high),
      };
    case 'dict':
      return {
        type: 'dict',
        spaces: Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, spaceToJSON(part)])),
      };
    case 'tuple':
      return { type: 'tuple', spaces: space.spaces.map(spaceToJSON) };
    default:
      return space;
  }
}

/** The space that `spaceToJSON` wrote. @throws SpaceError when `json` does not describe a space */
export function spaceFromJSON(json: SpaceJSON): Space {
  switch (json?.type) {
    case 'discrete':
      return discrete(json.n, json.start);
    case 'box':
      return box({ low: boundsFromJSON(json.low), high: boundsFromJSON(json.high), shape: json.shape, dtype: json.dtype });
    case 'multiDiscrete':
      return multiDiscrete(json.nvec);
    case 'multiBinary':
      return multiBinary(json.n);
    case 'dict':
      return dict(Object.fromEntries(Object.entries(json.spaces).map(([key, part]) => [key, spaceFromJSON(part)])));
    case 'tuple':
      return tuple(json.spaces.map(spaceFromJSON));
    default:
      throw new SpaceError(message('spaceFromJSON', 'json must describe a space', json, 'Pass what spaceToJSON returned'));
  }
}

const arrays = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array };

const ranges: Readonly<Record<Dtype, readonly [number, number]>> = {
  float32: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 255],
};

function check(holds: boolean, where: string, expectation: string, actual: unknown, remedy: string): void {
  if (!holds) throw new SpaceError(message(where, expectation, actual, remedy));
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, dimension) => size * dimension, 1);
}

function bounds(bound: number | ArrayLike<number>, size: number, dtype: Dtype, name: string): NumericArray {
  const make = arrays[dtype];
  check(make !== undefined, 'box', 'dtype must be float32, int32 or uint8', dtype, 'Choose one of them');
  const given = typeof bound === 'number' ? new Array<number>(size).fill(bound) : Array.from(bound);
  check(
    given.length === size,
    'box',
    `${name} must have ${size} elements, as shape says`,
    given.length,
    'Give a number or one per element',
  );
  const [least, most] = ranges[dtype];
  const bad = given.find(value => !(value >= least && value <= most) || (dtype !== 'float32' && !Number.isInteger(value)));
  check(bad === undefined, 'box', `${name} must be of ${dtype}`, bad, 'Change the bound or the dtype');
  const made = make.from(given);
  // −0 bounds what 0 does, and JSON, by which spaces are told to be equal, does not know it.
  for (let i = 0; i < made.length; i++) made[i] += 0;
  return made;
}

function leafSize(space: FlatPart['space']): number {
  switch (space.type) {
    case 'discrete':
      return 1;
    case 'box':
      return space.low.length;
    case 'multiDiscrete':
      return space.nvec.length;
    case 'multiBinary':
      return space.n;
  }
}

function leafDtype(space: FlatPart['space']): Dtype {
  if (space.type === 'box') return space.dtype;
  return space.type === 'multiBinary' ? 'uint8' : 'int32';
}

function sampleBox({ low, high, dtype }: BoxSpace, rng: Rng): NumericArray {
  const out = new arrays[dtype](low.length);
  for (let i = 0; i < out.length; i++) {
    if (dtype !== 'float32') out[i] = rng.integers(low[i], high[i] + 1);
    else if (low[i] === Number.NEGATIVE_INFINITY && high[i] === Number.POSITIVE_INFINITY) out[i] = rng.standardNormal();
    else if (high[i] === Number.POSITIVE_INFINITY) out[i] = low[i] - Math.log1p(-rng.random());
    else if (low[i] === Number.NEGATIVE_INFINITY) out[i] = high[i] + Math.log1p(-rng.random());
    else out[i] = rng.uniform(low[i], high[i]);
  }
  return out;
}

function withinBounds({ low, high }: BoxSpace, value: NumericArray): boolean {
  // Written so that NaN fails.
  for (let i = 0; i < value.length; i++) if (!(value[i] >= low[i] && value[i] <= high[i])) return false;
  return true;
}

function checkIntegers(space: Space, dtype: Dtype, numbers: ArrayLike<number>): void {
  const [least, most] = ranges[dtype];
  for (let i = 0; i < numbers.length; i++) {
    const value = numbers[i];
    if (Number.isInteger(value) && value >= least && value <= most) continue;
    check(false, 'flatten', `element ${i} of ${describeSpace(space)} must be an integer of ${dtype}`, value, 'Mend the value');
  }
}

/** Returns the offset after the row. */
function writeFlat(space: Space, value: SpaceValue, out: NumericArray, offset: number): number {
  if (space.type === 'dict' || space.type === 'tuple') {
    const parts = value as Readonly<Record<string, SpaceValue>>;
    return Object.entries(space.spaces).reduce((from, [key, part]) => writeFlat(part, parts[key], out, from), offset);
  }
  if (space.type === 'discrete') {
    check(Number.isInteger(value), 'flatten', 'a value of a Discrete space must be an integer', value, 'Pass an index');
    out[offset] = value as number;
    return offset + 1;
  }
  const size = leafSize(space);
  const numbers = value as NumericArray;
  check(numbers?.length === size, 'flatten', `the value must have ${size} elements`, value, `See ${describeSpace(space)}`);
  const dtype = leafDtype(space);
  // An array of the right type cannot hold what an integer row would turn into another number, such as 0 for NaN.
  if (dtype !== 'float32' && !(numbers instanceof arrays[dtype])) checkIntegers(space, dtype, numbers);
  out.set(numbers, offset);
  return offset + size;
}

function boundsToJSON(values: NumericArray): JsonBound | JsonBound[] {
  const list = Array.from(values, (value): JsonBound => {
    if (Number.isFinite(value)) return value;
    return value > 0 ? 'Infinity' : '-Infinity';
  });
  return list.length > 0 && list.every(value => value === list[0]) ? list[0] : list;
}

function boundsFromJSON(json: JsonBound | readonly JsonBound[]): number | number[] {
  return typeof json === 'object' ? json.map(Number) : Number(json);
}
