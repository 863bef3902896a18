import {
  type BoxSpace,
  box,
  describeSpace,
  dict,
  type Env,
  message,
  type NumericArray,
  type Space,
  SpaceError,
  type SpaceValue,
  tuple,
} from '@zpin/contracts';
import { ObservationWrapper } from './observation-wrapper.ts';

/**
 * Turns pictures `[channels, height, width]`, as some libraries have them, into `[height, width, channels]`, which networks here
 * read. They may be parts of a `Dict` or a `Tuple`; a picture has its channels first where its first axis is the shortest.
 */
export class ChannelsLast<Act> extends ObservationWrapper<SpaceValue, Act> {
  readonly #inner: Space;

  /** @throws SpaceError when no part of the observations has its channels first */
  constructor(env: Env<SpaceValue, Act>) {
    const inner = env.spec.observationSpace;
    if (!hasPicture(inner)) {
      const expectation = 'a part of the observations must have the axes [channels, height, width]';
      throw new SpaceError(message('ChannelsLast', expectation, describeSpace(inner), 'Leave the wrapper out'));
    }
    super(env, turnedSpace(inner), {}, 'channels-last');
    this.#inner = inner;
  }

  protected override observation(obs: SpaceValue): SpaceValue {
    return turnedValue(this.#inner, obs);
  }
}

/** Whether a box is a picture with its channels first. */
function isTurned({ shape }: BoxSpace): boolean {
  return shape.length === 3 && shape[0] < shape[1] && shape[0] < shape[2];
}

function hasPicture(space: Space): boolean {
  if (space.type === 'dict' || space.type === 'tuple') return Object.values<Space>(space.spaces).some(hasPicture);
  return space.type === 'box' && isTurned(space);
}

function turnedSpace(space: Space): Space {
  switch (space.type) {
    case 'dict':
      return dict(Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, turnedSpace(part)])));
    case 'tuple':
      return tuple(space.spaces.map(turnedSpace));
    case 'box': {
      if (!isTurned(space)) return space;
      const [channels, height, width] = space.shape;
      const [low, high] = [turned(space, space.low), turned(space, space.high)];
      return box({ low, high, shape: [height, width, channels], dtype: space.dtype });
    }
    default:
      return space;
  }
}

function turnedValue(space: Space, value: SpaceValue): SpaceValue {
  switch (space.type) {
    case 'dict': {
      const parts = value as Readonly<Record<string, SpaceValue>>;
      return Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, turnedValue(part, parts[key])]));
    }
    case 'tuple': {
      const parts = value as readonly SpaceValue[];
      return space.spaces.map((part, i) => turnedValue(part, parts[i]));
    }
    case 'box':
      return isTurned(space) ? turned(space, value as NumericArray) : value;
    default:
      return value;
  }
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
