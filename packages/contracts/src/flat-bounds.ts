import { type FlatPart, flatLayout } from './spaces/flat-rows.ts';
import type { Space } from './spaces/space.ts';

/** What each number of a flat row can be, `[D]` each. */
export interface FlatBounds {
  readonly low: Float64Array;
  /** Inclusive. */
  readonly high: Float64Array;
  /** 1 where only whole numbers are of the space. */
  readonly isWhole: Uint8Array;
}

/** Bounds of the numbers of a flat row of a space, infinite where it has none. */
export function flatBounds(space: Space): FlatBounds {
  const parts = flatLayout(space);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  const bounds = { low: new Float64Array(size), high: new Float64Array(size), isWhole: new Uint8Array(size) };
  for (const { space: part, offset, size: count } of parts) {
    for (let k = 0; k < count; k++) {
      const [low, high] = rangeOf(part, k);
      bounds.low[offset + k] = low;
      bounds.high[offset + k] = high;
      bounds.isWhole[offset + k] = Number(part.type !== 'box' || part.dtype !== 'float32');
    }
  }
  return bounds;
}

/** Bounds of number k of a part. */
function rangeOf(space: FlatPart['space'], k: number): readonly [low: number, high: number] {
  switch (space.type) {
    case 'discrete':
      return [space.start, space.start + space.n - 1];
    case 'multiDiscrete':
      return [0, space.nvec[k] - 1];
    case 'multiBinary':
      return [0, 1];
    case 'box':
      return [space.low[k], space.high[k]];
  }
}
