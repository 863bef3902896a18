import { isFrozenArray, type NumericArray } from '@zpin/contracts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BlockColumn } from './block-column.ts';

const numbers = (pieces: readonly NumericArray[]) => pieces.flatMap(piece => [...piece]);

/** A write of rows, a write of one number, or a snapshot that is kept until the end. */
const moves = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('write' as const), row: fc.nat(12), count: fc.integer({ min: 1, max: 30 }) }),
    fc.record({ kind: fc.constant('set' as const), row: fc.nat(12), count: fc.constant(0) }),
    fc.record({ kind: fc.constant('snapshot' as const), row: fc.nat(13), count: fc.constant(0) }),
    fc.record({ kind: fc.constant('restore' as const), row: fc.nat(20), count: fc.constant(0) }),
  ),
  { maxLength: 25 },
);

it('is one array, whatever the blocks, and no snapshot changes any more', () => {
  const rows = 13;
  fc.assert(
    fc.property(moves, fc.constantFrom(1, 3, 70), fc.constantFrom(4, 40, 600, 4000), (steps, size, blockBytes) => {
      const column = new BlockColumn(rows, { dtype: 'int32', size }, blockBytes);
      const plain = new Int32Array(rows * size);
      const saved: { readonly pieces: readonly NumericArray[]; readonly expected: readonly number[] }[] = [];
      let next = 1;
      for (const { kind, row, count } of steps) {
        if (kind === 'write') {
          const values = Int32Array.from({ length: count * size }, () => next++);
          column.write(row, values);
          for (const [i, value] of values.entries()) plain[(row * size + i) % plain.length] = value;
        } else if (kind === 'set') {
          column.set(row, next);
          plain[row * size] = next++;
        } else if (kind === 'snapshot') {
          saved.push({ pieces: column.snapshot(row), expected: [...plain.subarray(0, row * size)] });
        } else if (saved.length > 0) {
          const { pieces, expected } = saved[row % saved.length];
          expect(column.fits(pieces, expected.length / size)).toBe(true);
          column.restore(pieces);
          plain.set(expected);
        }
      }
      for (const { pieces, expected } of saved) expect(numbers(pieces)).toEqual(expected);
      expect(numbers(column.snapshot(rows))).toEqual([...plain]);
      const index = Int32Array.of(12, 0, 5);
      const out = new Int32Array(3 * size);
      column.gather(index, out);
      expect([...out]).toEqual([...index].flatMap(row => [...plain.subarray(row * size, (row + 1) * size)]));
      expect(Array.from(index, row => column.at(row, size - 1))).toEqual(Array.from(index, row => plain[(row + 1) * size - 1]));
    }),
    { numRuns: 300 },
  );
});

it('gives full blocks themselves, writes into copies from then on, and keeps frozen ones', () => {
  const column = new BlockColumn(5, { dtype: 'float32', size: 1 }, 8);
  column.write(0, [1, 2, 3, 4, 5]);
  const first = column.snapshot(5);
  expect(first).toEqual([Float32Array.of(1, 2), Float32Array.of(3, 4), Float32Array.of(5)]);
  expect(first.map(isFrozenArray)).toEqual([true, true, true]);
  column.set(2, 30);
  const second = column.snapshot(5);
  expect(second.map((block, i) => block === first[i])).toEqual([true, false, true]);
  expect([...first[1], ...second[1]]).toEqual([3, 4, 30, 4]);

  const other = new BlockColumn(5, { dtype: 'float32', size: 1 }, 8);
  other.restore(first);
  expect(other.snapshot(5).map((block, i) => block === first[i])).toEqual([true, true, true]);
  other.restore([Float32Array.of(9, 8, 7)]);
  expect(other.snapshot(3)).toEqual([Float32Array.of(9, 8), Float32Array.of(7)]);
  expect([...first[0]]).toEqual([1, 2]);
});

it('says what is no snapshot of it', () => {
  const column = new BlockColumn(4, { dtype: 'float32', size: 2 });
  expect(column.fits([new Float32Array(4), new Float32Array(2)], 3)).toBe(true);
  expect(column.fits([new Float32Array(4)], 3)).toBe(false);
  expect(column.fits([new Int32Array(6)], 3)).toBe(false);
  expect(column.fits([null as never], 3)).toBe(false);
  expect(new BlockColumn(4, { dtype: 'float32', size: 0 }).fits([], 3)).toBe(true);
});
