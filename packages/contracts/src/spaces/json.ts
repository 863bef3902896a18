import { message, SpaceError } from '../errors.ts';
import type { NumericArray } from '../numeric-array.ts';
import { box, dict, discrete, multiBinary, multiDiscrete, tuple } from './create.ts';
import type { DiscreteSpace, Dtype, MultiBinarySpace, MultiDiscreteSpace, Space } from './space.ts';

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
