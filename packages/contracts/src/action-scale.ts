import type { Space } from './spaces/space.ts';

/** A half width beyond which samples of a standard normal distribution see little of a box, and one below which they miss it. */
const WIDEST = 4;
const NARROWEST = 0.1;

/** How far a box may begin from 0, where the mean of a first policy is. */
const FARTHEST = 0.5;

/**
 * Where a `Box` of float actions lies so far from [−1, 1] that a policy which begins as a standard normal distribution, as
 * Gaussian policies do, sees next to nothing of it: in words, `element 0 in [0, 1000]`, the number of the others behind it. `null`
 * where it does not, and for other spaces. An element that has but one value counts as near, and so does one without bounds.
 */
export function describeFarActions(space: Space): string | null {
  if (space.type !== 'box' || space.dtype !== 'float32') return null;
  const { low, high } = space;
  const far = [...low.keys()].filter(k => isFar(low[k], high[k]));
  if (far.length === 0) return null;
  const [first] = far;
  const others = far.length === 1 ? '' : far.length === 2 ? ' and one more' : ` and ${far.length - 1} more`;
  return `element ${first} in [${low[first]}, ${high[first]}]${others}`;
}

function isFar(low: number, high: number): boolean {
  if (low === high) return false;
  const half = (high - low) / 2;
  return low > FARTHEST || high < -FARTHEST || half < NARROWEST || (half > WIDEST && Number.isFinite(half));
}
