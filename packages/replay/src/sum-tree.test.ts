import { Rng } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SumTree } from './sum-tree.ts';

/** The same by adding up from the left. */
function slowFind(priorities: readonly number[], sum: number): number {
  let running = 0;
  for (const [i, priority] of priorities.entries()) {
    running += priority;
    if (sum < running) return i;
  }
  return -1;
}

describe('SumTree', () => {
  it('finds every range by hand', () => {
    const tree = new SumTree(5);
    for (const [i, priority] of [2, 0, 3, 1, 4].entries()) tree.set(i, priority);
    expect(tree.total).toBe(10);
    expect([0, 1.9, 2, 4.9, 5, 5.9, 6, 9.9].map(sum => tree.find(sum))).toEqual([0, 0, 2, 2, 3, 3, 4, 4]);
  });

  it('equals a list that is added up anew, after any updates', () => {
    const updates = fc.array(fc.record({ index: fc.nat(12), priority: fc.nat(9) }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(updates, fc.integer({ min: 13, max: 16 }), (list, capacity) => {
        const tree = new SumTree(capacity);
        const slow = new Array<number>(capacity).fill(0);
        for (const { index, priority } of list) {
          tree.set(index, priority);
          slow[index] = priority;
        }
        const total = slow.reduce((sum, priority) => sum + priority, 0);
        expect(tree.total).toBe(total);
        for (let sum = 0; sum < total; sum += 0.5) expect(tree.find(sum)).toBe(slowFind(slow, sum));
      }),
    );
  });

  it('keeps its sums exact over millions of updates of very different sizes', () => {
    const tree = new SumTree(100);
    const rng = new Rng(1);
    for (let i = 0; i < 2_000_000; i++) tree.set(i % 97, 10 ** (i % 13) * (0.5 + (i % 7)));
    for (let i = 0; i < 97; i++) tree.set(i, 1e-3);
    // Added differences would be off by more than all the priorities together.
    expect(tree.total).toBeCloseTo(0.097, 12);
    for (let i = 0; i < 1000; i++) expect(tree.find(rng.random() * tree.total)).toBeLessThan(97);
  });

  it('never finds a priority of 0, even at the very end of the range', () => {
    const tree = new SumTree(8);
    tree.set(2, 0.1);
    tree.set(5, 0.2);
    for (const sum of [0, 0.1, 0.3, tree.total, tree.total * (1 + 1e-12)]) expect(tree.get(tree.find(sum))).toBeGreaterThan(0);
  });

  it('is the same, bit for bit, when written anew from its leaves', () => {
    const tree = new SumTree(50);
    const rng = new Rng(3);
    for (let i = 0; i < 500; i++) tree.set(rng.integers(0, 50), rng.random());
    const other = new SumTree(50);
    other.set(49, 5);
    other.write(tree.read(50));
    expect(other).toEqual(tree);
  });

  it('refuses what is no priority and no index', () => {
    const tree = new SumTree(3);
    for (const priority of [-1, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => tree.set(0, priority)).toThrow(/priority must be/);
    for (const index of [-1, 3, 0.5]) expect(() => tree.set(index, 1)).toThrow(/index must be in \[0, 3\)/);
    expect(() => new SumTree(0)).toThrow(/capacity/);
    expect(tree.total).toBe(0);
  });
});
