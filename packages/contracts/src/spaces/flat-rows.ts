import type { NumericArray } from '../numeric-array.ts';
import { check } from './create.ts';
import { arrays, ranges } from './dtypes.ts';
import type {
  BoxSpace,
  DiscreteSpace,
  Dtype,
  MultiBinarySpace,
  MultiDiscreteSpace,
  Space,
  SpaceValue,
  ValueOf,
} from './space.ts';
import { describeSpace } from './values.ts';

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
