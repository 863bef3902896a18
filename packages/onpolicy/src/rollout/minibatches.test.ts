import { Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { type Columns, minibatches } from './minibatches.ts';

/** Row i of every column says i. */
function columnsOf(rows: number) {
  const numbers = Array.from({ length: rows }, (_, i) => i);
  return {
    wide: Float32Array.from(numbers.flatMap(i => [i, i + 0.25, i + 0.5])),
    index: Int32Array.from(numbers),
    byte: Uint8Array.from(numbers.flatMap(i => [i, 255 - i])),
  };
}

/** The batches of one epoch, copied: their arrays are used again. */
function epochOf<C extends Columns>(columns: C, rows: number, size: number, rng: Rng) {
  return Array.from(minibatches(columns, rows, size, rng), batch => structuredClone(batch));
}

describe('minibatches', () => {
  it.each([
    [12, 4, [4, 4, 4]],
    [10, 4, [4, 4, 2]],
    [10, 3, [3, 3, 3, 1]],
    [5, 5, [5]],
    [5, 64, [5]],
    [1, 1, [1]],
    [4, 1, [1, 1, 1, 1]],
  ])('split %i rows by %i, each in exactly one batch and whole', (rows, size, sizes) => {
    const batches = epochOf(columnsOf(rows), rows, size, new Rng(1));
    expect(batches.map(({ index }) => index.length)).toEqual(sizes);
    const seen = batches.flatMap(({ index }) => Array.from(index));
    expect(seen.toSorted((a, b) => a - b)).toEqual(Array.from({ length: rows }, (_, i) => i));
    for (const { wide, index, byte } of batches) {
      expect(Array.from(wide)).toEqual(Array.from(index).flatMap(i => [i, i + 0.25, i + 0.5]));
      expect(Array.from(byte)).toEqual(Array.from(index).flatMap(i => [i, 255 - i]));
    }
  });

  it('keep the type of every column', () => {
    const [batch] = epochOf(columnsOf(4), 4, 2, new Rng(1));
    expect(batch.wide).toBeInstanceOf(Float32Array);
    expect(batch.index).toBeInstanceOf(Int32Array);
    expect(batch.byte).toBeInstanceOf(Uint8Array);
  });

  it('come in the order that the generator draws: again for one seed, anew in the next epoch', () => {
    const order = (rng: Rng) => epochOf(columnsOf(20), 20, 6, rng).flatMap(({ index }) => Array.from(index));
    const rng = new Rng(3);
    const first = order(rng);
    expect(order(new Rng(3))).toEqual(first);
    expect(order(rng)).not.toEqual(first);
    expect(order(new Rng(4))).not.toEqual(first);
  });

  it('put each row into each place equally often', () => {
    const counts = new Float64Array(4);
    const rng = new Rng(5);
    for (let epoch = 0; epoch < 4000; epoch++) {
      for (const { index } of minibatches({ index: Int32Array.of(0, 1, 2, 3) }, 4, 4, rng)) counts[index.indexOf(2)]++;
    }
    // Binomial(4000, 1/4): mean 1000, deviation 27.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(140);
  });

  it('leave the columns as they are', () => {
    const columns = columnsOf(9);
    epochOf(columns, 9, 4, new Rng(1));
    expect(columns).toEqual(columnsOf(9));
  });
});
