import { expect, test } from 'vitest';
import { greedyActions } from './grid-picture.ts';

test('all actions of the largest value are greedy', () => {
  expect(greedyActions(Float32Array.of(-1, 0.5, 0.5, 0))).toEqual([1, 2]);
  expect(greedyActions(Float32Array.of(0, 0))).toEqual([0, 1]);
});
