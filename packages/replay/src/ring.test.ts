import { describe, expect, it } from 'vitest';
import { Ring } from './ring.ts';

describe('Ring', () => {
  it('says how much memory a table would take that is too large', () => {
    const make = () => new Ring(1e15, { a: { dtype: 'float32', size: 3 }, b: { dtype: 'uint8', size: 1 } });
    expect(make).toThrow(
      /^Ring: capacity must fit into memory: its transitions of 13 bytes take 13000000 GB, got 1000000000000000\./,
    );
  });

  it('names its owner in errors', () => {
    const ring = new Ring(3, { a: { dtype: 'int32', size: 2 } }, 'MyReplay');
    expect(() => new Ring(0, {}, 'MyReplay')).toThrow(/^MyReplay: capacity must be an integer >= 1, got 0\./);
    expect(() => ring.append({ a: [1, 2, 3] }, 2)).toThrow(/^MyReplay.add: a must have 4 numbers for 2 rows, got 3\./);
    const smaller = new Ring(2, { a: { dtype: 'int32', size: 2 } });
    expect(() => ring.restore(smaller.state())).toThrow(/^MyReplay.restore: capacity must be 3, got 2\./);
    const other = new Ring(3, { a: { dtype: 'float32', size: 2 } });
    expect(() => ring.restore(other.state())).toThrow(/^MyReplay.restore: a must fit this replay, got /);
  });

  it('overwrites the oldest rows and says where the next goes', () => {
    const ring = new Ring(3, { a: { dtype: 'int32', size: 2 }, b: { dtype: 'uint8', size: 1 } });
    ring.append({ a: [1, 2, 3, 4], b: [1, 2] }, 2);
    expect([ring.size, ring.next]).toEqual([2, 2]);
    ring.append({ a: [5, 6, 7, 8], b: [3, 4] }, 2);
    expect([ring.size, ring.next]).toEqual([3, 1]);
    expect(ring.state().columns).toEqual({ a: [Int32Array.of(7, 8, 3, 4, 5, 6)], b: [Uint8Array.of(4, 2, 3)] });
  });

  it('appends more rows than it can hold as single appends would', () => {
    const all = Array.from({ length: 11 }, (_, i) => i);
    const atOnce = new Ring(4, { a: { dtype: 'int32', size: 1 } });
    const singly = new Ring(4, { a: { dtype: 'int32', size: 1 } });
    atOnce.append({ a: all }, 11);
    for (const a of all) singly.append({ a: [a] }, 1);
    expect(atOnce.state()).toEqual(singly.state());
  });

  it('gathers short and long rows', () => {
    for (const size of [1, 3, 100]) {
      const ring = new Ring(5, { a: { dtype: 'float32', size } });
      ring.append({ a: Array.from({ length: 5 * size }, (_, i) => i) }, 5);
      const out = ring.batch('a', 2);
      ring.gather('a', Int32Array.of(4, 1), out);
      expect([...out]).toEqual([4, 1].flatMap(row => Array.from({ length: size }, (_, i) => row * size + i)));
    }
  });

  it('saves copies of the used rows only', () => {
    const ring = new Ring(100, { a: { dtype: 'float32', size: 1 } });
    ring.append({ a: [1, 2] }, 2);
    const saved = ring.state();
    ring.append({ a: [3] }, 1);
    expect(saved.columns).toEqual({ a: [Float32Array.of(1, 2)] });
  });

  it('takes back a column that was saved in one array, and refuses more rows than it has', () => {
    const ring = new Ring(3, { a: { dtype: 'float32', size: 2 }, none: { dtype: 'uint8', size: 0 } });
    const columns = { a: Float32Array.of(1, 2, 3, 4), none: new Uint8Array(0) };
    ring.restore({ capacity: 3, size: 2, next: 2, columns });
    expect(ring.state()).toEqual({ capacity: 3, size: 2, next: 2, columns: { a: [columns.a], none: [] } });
    expect(() => ring.restore({ capacity: 3, size: 4, next: 0, columns: { a: new Float32Array(8), none: [] } })).toThrow(
      /^Ring.restore: size must be an integer in \[0, 3\], got 4\./,
    );
  });
});
