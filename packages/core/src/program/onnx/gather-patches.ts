import type { GraphBuilder } from '../recording/builder.ts';
import { operation, type Value } from '../recording/graph.ts';
import { integersOf } from '../recording/shape-builder.ts';
import { rewrite } from './rewrite.ts';

/**
 * Lays out what the window of a convolution sees with one `Gather`: rows of channels, copied from pixel after pixel. Recorded are slices of
 * the image that are joined along its channels, which is two passes over memory in short pieces, and takes two to three times as long.
 */
export function gatherPatches(builder: GraphBuilder, outputs: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> {
  const now = rewrite(builder, Object.values(outputs), (value, inputNow) => {
    const parts = partsOf(value);
    const [image] = parts ?? [];
    if (!parts || !image) return null;
    const [batch, height, width, channels] = image.whole.shape as [number, number, number, number];
    const [, rows, columns] = value.shape as [number, number, number, number];
    const pixels = Array.from({ length: rows * columns }, (_, place) =>
      parts.map(({ begin, step }) => {
        const [row, column] = [Math.floor(place / columns), place % columns];
        return (begin[0] + row * step[0]) * width + begin[1] + column * step[1];
      }),
    ).flat();
    const lines = builder.reshape(inputNow(image.whole), [batch, height * width, channels]);
    const shape = [batch, pixels.length, channels];
    return builder.reshape(
      builder.apply('Gather', [lines, builder.integers(pixels)], shape, value.type, { axis: 1 }),
      value.shape,
    );
  });
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, now(value)]));
}

/** Rows and columns of an image `[B, H, W, C]`: the first ones, and from one to the next. */
interface Part {
  readonly whole: Value;
  readonly begin: readonly [row: number, column: number];
  readonly step: readonly [row: number, column: number];
}

/** The slices of one image that are joined along its channels; `null` where a value is something else. */
function partsOf(value: Value): Part[] | null {
  const concat = value.shape.length === 4 ? operation(value, 'Concat') : null;
  if (concat?.attributes.axis !== 3) return null;
  const parts = concat.inputs.map(partOf);
  const [first] = parts;
  const isOneImage = first && parts.every(part => part?.whole === first.whole);
  return isOneImage ? (parts as Part[]) : null;
}

function partOf(value: Value): Part | null {
  const slice = operation(value, 'Slice');
  const [whole, begins, , axes, steps] = slice?.inputs ?? [];
  if (!whole || !begins || !axes) return null;
  const [begin, step] = [
    [0, 0, 0, 0],
    [1, 1, 1, 1],
  ];
  const given = integersOf(begins);
  for (const [k, axis] of integersOf(axes).entries()) {
    begin[axis] = given[k] as number;
    step[axis] = steps ? (integersOf(steps)[k] as number) : 1;
  }
  // All of the batch and all channels.
  if (value.shape[0] !== whole.shape[0] || value.shape[3] !== whole.shape[3] || step[0] !== 1 || step[3] !== 1) return null;
  return { whole, begin: [begin[1] as number, begin[2] as number], step: [step[1] as number, step[2] as number] };
}
