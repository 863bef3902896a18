import type { NumericArray } from '../numeric-array.ts';
import type { Rng } from '../rng.ts';
import { arrays } from './dtypes.ts';
import type { BoxSpace, Space, SpaceValue, ValueOf } from './space.ts';

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
