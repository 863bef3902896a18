import { type BoxSpace, box, type Env, type NumericArray, type SpaceValue } from '@zpin/contracts';
import { type PictureView, PictureWrapper } from './picture-wrapper.ts';

/**
 * Turns pictures `[channels, height, width]`, as some libraries have them, into `[height, width, channels]`, which networks here
 * read. They may be parts of a `Dict` or a `Tuple`; a picture has its channels first where its first axis is the shortest.
 */
export class ChannelsLast<Act> extends PictureWrapper<Act> {
  /** @throws SpaceError when no part of the observations has its channels first */
  constructor(env: Env<SpaceValue, Act>) {
    const expectation = 'a part of the observations must have the axes [channels, height, width]';
    super(env, 'channels-last', viewOf, expectation);
  }
}

function viewOf(picture: BoxSpace): PictureView | null {
  const [channels, height, width] = picture.shape;
  if (picture.shape.length !== 3 || channels >= height || channels >= width) return null;
  const [low, high] = [turned(picture, picture.low), turned(picture, picture.high)];
  return {
    space: box({ low, high, shape: [height, width, channels], dtype: picture.dtype }),
    show: value => turned(picture, value),
  };
}

/** The numbers of a picture with those of a pixel side by side, in a new array. */
function turned({ shape: [channels, height, width] }: BoxSpace, picture: NumericArray): NumericArray {
  const out = picture.slice();
  const pixels = height * width;
  for (let pixel = 0; pixel < pixels; pixel++) {
    for (let c = 0; c < channels; c++) out[pixel * channels + c] = picture[c * pixels + pixel];
  }
  return out;
}
