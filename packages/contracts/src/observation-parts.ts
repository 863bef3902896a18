import { message, SpaceError } from './errors.ts';
import { type FlatPart, flatDtype, flatLayout } from './spaces/flat-rows.ts';
import type { BoxSpace, Space } from './spaces/space.ts';

/** How a network reads one part of an observation. Every deep algorithm reads a space in the same way, at every depth of it. */
export type Reading =
  /** Each number is an index, read as one-hot: the i-th has `sizes[i]` values from `start` on. */
  | { readonly kind: 'index'; readonly sizes: readonly number[]; readonly start: number }
  /** Numbers, divided by `scale`. */
  | { readonly kind: 'vector'; readonly scale: number }
  /** Pixels `[height, width, channels]`, divided by `scale`, read by convolutions. */
  | {
      readonly kind: 'picture';
      readonly height: number;
      readonly width: number;
      readonly channels: number;
      readonly scale: number;
    };

/** A part of a flat observation with the way in which networks read it. */
export interface ObservationPart extends FlatPart {
  readonly reading: Reading;
}

/** Least height and width of a box of two axes that is a picture of one channel; smaller ones are tables of numbers. */
const SMALLEST_PLANE = 8;
/** Least height and width that a convolution of 3×3 can read. */
const SMALLEST_PICTURE = 3;
/** Whole numbers beyond this are not exact as float32. */
const LARGEST_EXACT = 2 ** 24;
/** Bounds beyond this say only how wide the element type is, not how large numbers get. */
const LARGEST_SCALE = 65_535;

/**
 * The parts of observations of a space in the order of their flat row, with their readings:
 *
 * - `Discrete`, and each number of `MultiDiscrete`: one-hot;
 * - `Box` of three axes, `[height, width, channels]`, or of two that are 8 or longer (one channel): a picture;
 * - every other `Box`, and `MultiBinary`: numbers.
 *
 * What numbers are divided by follows from the space alone, see `boxScale`.
 * @throws SpaceError when a picture has its channels first, or an index is too large for a row of floats
 */
export function observationParts(space: Space): ObservationPart[] {
  const isFloat = flatDtype(space) === 'float32';
  return flatLayout(space).map(part => {
    const reading = readingOf(part);
    if (isFloat && reading.kind === 'index') checkExact(reading, part);
    return { ...part, reading };
  });
}

/** Beside floats an index is stored as one. */
function checkExact({ sizes, start }: { readonly sizes: readonly number[]; readonly start: number }, { path }: FlatPart): void {
  const largest = sizes.reduce((max, size) => Math.max(max, Math.abs(start), Math.abs(start + size - 1)), 0);
  if (largest <= LARGEST_EXACT) return;
  const expectation = `indices in "${path}" must stay within 2^24 beside floats`;
  throw new SpaceError(message('observationParts', expectation, largest, 'Number them from 0 on'));
}

function readingOf({ space, path }: FlatPart): Reading {
  switch (space.type) {
    case 'discrete':
      return { kind: 'index', sizes: [space.n], start: space.start };
    case 'multiDiscrete':
      return { kind: 'index', sizes: space.nvec, start: 0 };
    case 'multiBinary':
      return { kind: 'vector', scale: 1 };
    case 'box': {
      const scale = boxScale(space);
      if (hasChannelsFirst(space)) {
        const [channels, height, width] = space.shape;
        const expectation = `a picture must have the axes [height, width, channels], here [${height}, ${width}, ${channels}]`;
        const found = `[${space.shape.join(', ')}]${path === '' ? '' : ` in "${path}"`}`;
        const remedy = 'Put the channels last, for example by the wrapper channels-last';
        throw new SpaceError(message('observationParts', expectation, found, remedy));
      }
      const axes = pictureAxes(space);
      return axes ? { kind: 'picture', ...axes, scale } : { kind: 'vector', scale };
    }
  }
}

/** Height, width and channels of a box that is a picture; `null` for any other. */
function pictureAxes({ shape }: BoxSpace): { readonly height: number; readonly width: number; readonly channels: number } | null {
  const [height, width, channels = 1] = shape;
  const least = shape.length === 3 ? SMALLEST_PICTURE : shape.length === 2 ? SMALLEST_PLANE : Number.POSITIVE_INFINITY;
  return Math.min(height, width) >= least && channels >= 1 ? { height, width, channels } : null;
}

/**
 * Whether three axes are those of a picture with its channels first: the first is the shortest, and the others are equal, or many,
 * or both as long as only those of pixels are.
 */
function hasChannelsFirst({ shape }: BoxSpace): boolean {
  if (shape.length !== 3) return false;
  const [first, second, third] = shape;
  const shorter = Math.min(second, third);
  if (first >= shorter || shorter < 8) return false;
  return second === third || third > 32 || (first <= 4 && shorter >= 16);
}

/**
 * What the numbers of a box are divided by before a network reads them, so that they are of about unit size: the largest absolute
 * bound of integers and of pictures where that lies between 1 and 65,535, else 1. Floats that are no picture stay as they are.
 */
export function boxScale(space: BoxSpace): number {
  if (space.dtype === 'float32' && !pictureAxes(space)) return 1;
  let largest = 1;
  for (const bounds of [space.low, space.high]) {
    for (let i = 0; i < bounds.length; i++) largest = Math.max(largest, Math.abs(bounds[i]));
  }
  return largest <= LARGEST_SCALE ? largest : 1;
}

/**
 * Which numbers of a flat observation `[D]` statistics can bring to unit size: 1 for floats that no bound scales, 0 for indices,
 * bits, integers, and pictures whose bounds say their scale.
 */
export function measuredNumbers(space: Space): Uint8Array {
  const parts = observationParts(space);
  const last = parts.at(-1);
  const measured = new Uint8Array(last ? last.offset + last.size : 0);
  for (const { space: leaf, reading, offset, size } of parts) {
    const isFloat = leaf.type === 'box' && leaf.dtype === 'float32';
    if (isFloat && reading.kind !== 'index' && reading.scale === 1) measured.fill(1, offset, offset + size);
  }
  return measured;
}
