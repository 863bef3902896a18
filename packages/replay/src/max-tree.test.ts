import fc from 'fast-check';
import { expect, it } from 'vitest';
import { MaxTree } from './max-tree.ts';

it('is the largest of all numbers, however they change', () => {
  const updates = fc.array(fc.record({ index: fc.nat(12), value: fc.nat(9) }), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(updates, fc.integer({ min: 13, max: 17 }), (list, capacity) => {
      const tree = new MaxTree(capacity);
      const written = new MaxTree(capacity);
      const slow = new Float64Array(capacity);
      for (const { index, value } of list) {
        tree.set(index, value);
        slow[index] = value;
        expect(tree.largest).toBe(Math.max(...slow));
        written.write(slow);
        expect(written.largest).toBe(tree.largest);
      }
    }),
  );
});

it('holds one number, and 0 before there is any', () => {
  const tree = new MaxTree(1);
  expect(tree.largest).toBe(0);
  tree.set(0, 5);
  tree.set(0, 2);
  expect(tree.largest).toBe(2);
});
