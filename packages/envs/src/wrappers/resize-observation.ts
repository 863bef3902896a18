import {
  type BoxSpace,
  box,
  type Env,
  InputError,
  message,
  type NumericArray,
  observationParts,
  type SpaceValue,
} from '@zpin/contracts';
import { AreaResize } from './area-resize.ts';
import { type PictureView, PictureWrapper } from './picture-wrapper.ts';

/**
 * Shrinks pictures `[H, W]` or `[H, W, C]` to `height` × `width` pixels, each the mean of the area that it covers. They may be parts of a
 * `Dict` or a `Tuple`.
 */
export class ResizeObservation<Act> extends PictureWrapper<Act> {
  /**
   * @param width as many as `height` when omitted
   * @throws SpaceError when no part of the observations is a uint8 picture with its channels last; InputError unless `height` and `width`
   * are integers ≥ 1 and no larger than those of the pictures
   */
  constructor(env: Env<SpaceValue, Act>, height: number, width = height) {
    if (![height, width].every(size => Number.isSafeInteger(size) && size >= 1)) {
      throw new InputError(
        message('ResizeObservation', 'height and width must be integers >= 1', [height, width], 'Usual is 84'),
      );
    }
    const expectation = 'a part of the observations must be a uint8 picture [height, width, channels]';
    super(env, `resize:${height}:${width}`, picture => viewOf(picture, height, width), expectation);
  }
}

function viewOf(picture: BoxSpace, height: number, width: number): PictureView | null {
  const { shape, dtype } = picture;
  const [innerHeight, innerWidth, channels = 1] = shape;
  const isPicture = dtype === 'uint8' && (shape.length === 2 || shape.length === 3);
  if (!isPicture) return null;
  // Refuses pictures whose first axis are the channels.
  observationParts(picture);
  if (height > innerHeight || width > innerWidth) {
    const size = `${innerHeight} x ${innerWidth}`;
    throw new InputError(
      message(
        'ResizeObservation',
        `height and width must be at most those of the picture, ${size}`,
        [height, width],
        'Shrink, not stretch',
      ),
    );
  }
  const resize = new AreaResize(innerHeight, innerWidth, height, width);
  const plane = new Uint8Array(innerHeight * innerWidth);
  const small = new Uint8Array(height * width);
  return {
    space: box({ low: 0, high: 255, shape: [height, width, ...shape.slice(2)], dtype }),
    show: pixels => {
      const out = new Uint8Array(small.length * channels);
      if (channels === 1) resize.apply(pixels as Uint8Array, out);
      else for (let c = 0; c < channels; c++) shrinkChannel(resize, pixels, { plane, small, out, channels, c });
      return out;
    },
  };
}

/** A channel of a picture, and where it goes. */
interface Channel {
  /** The channel of the picture, and the same shrunk. */
  readonly plane: Uint8Array;
  readonly small: Uint8Array;
  readonly out: Uint8Array;
  readonly channels: number;
  readonly c: number;
}

function shrinkChannel(resize: AreaResize, picture: NumericArray, { plane, small, out, channels, c }: Channel): void {
  for (let i = 0, at = c; i < plane.length; i++, at += channels) plane[i] = picture[at];
  resize.apply(plane, small);
  for (let i = 0, at = c; i < small.length; i++, at += channels) out[at] = small[i];
}
