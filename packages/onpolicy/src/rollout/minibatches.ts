import type { NumericArray, Rng } from '@zpin/contracts';
import { breathe } from '@zpin/core';

/** Arrays of `rows` rows each, by name: `[rows, …]`, row-major. */
export type Columns = Readonly<Record<string, NumericArray>>;

/**
 * Splits rows into shuffled minibatches. The arrays of a minibatch are reused by the next of the same size.
 * @param size rows per minibatch; the last one has what is left
 */
export function* minibatches<C extends Columns>(
  columns: C,
  rows: number,
  size: number,
  rng: Rng,
): Generator<{ [K in keyof C]: NumericArray }> {
  const order = rng.permutation(rows);
  const names = Object.keys(columns);
  const batches = new Map<number, Record<string, NumericArray>>();
  for (let start = 0; start < rows; start += size) {
    const count = Math.min(size, rows - start);
    let batch = batches.get(count);
    if (!batch) {
      batch = Object.fromEntries(names.map(name => [name, emptyLike(columns[name], (columns[name].length / rows) * count)]));
      batches.set(count, batch);
    }
    for (const name of names) gatherRows(columns[name], columns[name].length / rows, order, start, count, batch[name]);
    yield batch as { [K in keyof C]: NumericArray };
  }
}

export interface Passes<C extends Columns> {
  readonly columns: C;
  /** Rows of each column. */
  readonly rows: number;
  /** Rows per minibatch. */
  readonly batchSize: number;
  /** Passes over all rows, each in an order of its own. */
  readonly epochs: number;
  readonly rng: Rng;
  /** Ends the passes with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Learns from shuffled minibatches, pass by pass, to the end or until `learn` says that it is enough. */
export async function passOver<C extends Columns>(
  { columns, rows, batchSize, epochs, rng, signal }: Passes<C>,
  learn: (batch: { [K in keyof C]: NumericArray }) => Promise<boolean>,
): Promise<void> {
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const batch of minibatches(columns, rows, batchSize, rng)) {
      const isEnough = await learn(batch);
      await breathe(signal);
      if (isEnough) return;
    }
  }
}

/** Copies rows `order[start]`, `order[start + 1]`, … of `source` to the rows of `target`. */
function gatherRows(
  source: NumericArray,
  width: number,
  order: Int32Array,
  start: number,
  count: number,
  target: NumericArray,
): void {
  for (let i = 0; i < count; i++) copyRow(source, order[start + i] * width, target, i * width, width);
}

/** Numbers from which on a row is copied as a whole, such as a picture: a view of it costs more than copying a few one by one. */
const LONG_ROW = 64;

/** Copies `width` numbers. */
export function copyRow(source: NumericArray, from: number, target: NumericArray, to: number, width: number): void {
  if (width > LONG_ROW) target.set(source.subarray(from, from + width), to);
  else for (let k = 0; k < width; k++) target[to + k] = source[from + k];
}

function emptyLike(array: NumericArray, length: number): NumericArray {
  return new (array.constructor as new (length: number) => NumericArray)(length);
}
