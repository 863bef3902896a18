import { describeSpace, type EnvSpec, observationParts } from '@zpin/contracts';
import { encodedSize } from '../nn/observation.ts';

/** Numbers from which a table of two axes or more is likely to be a picture. */
const MANY_CELLS = 256;
/** Bytes in a row from which they are likely to be pixels. */
const MANY_BYTES = 512;
/** Numbers in a row from which they are likely to be pixels, of whatever type. */
const MANY_NUMBERS = 2048;

/**
 * Says of each part of the observations that looks like a picture, but is read by a multi-layer perceptron, how many weights that
 * costs: convolutions need fewer, and learn faster.
 * @param hiddenSizes units of each hidden layer
 */
export function flattenedPictures({ id, observationSpace }: EnvSpec, hiddenSizes: readonly number[]): string[] {
  const [units] = hiddenSizes;
  if (units === undefined) return [];
  return observationParts(observationSpace).flatMap(({ space, size, path, reading }) => {
    if (space.type !== 'box' || reading.kind !== 'vector') return [];
    const least = space.shape.length > 1 ? MANY_CELLS : space.dtype === 'uint8' ? MANY_BYTES : MANY_NUMBERS;
    if (size < least) return [];
    const part = path === '' ? 'the observation' : `the part "${path}" of the observation`;
    const weights = (encodedSize(space) * units).toLocaleString('en');
    return [
      `${id}: ${part}, ${describeSpace(space)}, looks like a picture but is read by a multi-layer perceptron, with ${weights} ` +
        'weights in its first layer. Show it as [height, width, channels], so that convolutions read it.',
    ];
  });
}

/** Units of the hidden layers in the configuration of an agent; none where it has no such setting. */
export function hiddenSizesOf(config: unknown): readonly number[] {
  const { hiddenSizes } = config as { readonly hiddenSizes?: unknown };
  return Array.isArray(hiddenSizes) ? hiddenSizes : [];
}
