import { type BoxSpace, box, type Env, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { type PictureView, PictureWrapper } from './picture-wrapper.ts';

/**
 * Shows colour pictures `[H, W, 3]` in grey, `[H, W, 1]`: a third of the numbers, where colours tell nothing that brightness does not.
 * They may be parts of a `Dict` or a `Tuple`.
 */
export class GrayscaleObservation<Act> extends PictureWrapper<Act> {
  /** @throws SpaceError when no part of the observations is a uint8 picture with three channels */
  constructor(env: Env<SpaceValue, Act>) {
    super(env, 'grayscale', viewOf, 'a part of the observations must be a uint8 picture [height, width, 3]');
  }
}

function viewOf({ shape: [height, width, channels], dtype, low }: BoxSpace): PictureView | null {
  if (dtype !== 'uint8' || channels !== 3 || low.length !== height * width * channels) return null;
  return {
    space: box({ low: 0, high: 255, shape: [height, width, 1], dtype }),
    show: picture => luminance(picture, new Uint8Array(height * width)),
  };
}

/**
 * Brightness of the pixels of a picture, by the weights of ITU-R BT.601, rounded to the nearest.
 * @param picture `[H, W, 3]` @param out `[H, W]`
 */
export function luminance(picture: NumericArray, out: Uint8Array): Uint8Array {
  for (let i = 0, at = 0; i < out.length; i++, at += 3) {
    out[i] = 0.299 * picture[at] + 0.587 * picture[at + 1] + 0.114 * picture[at + 2] + 0.5;
  }
  return out;
}
