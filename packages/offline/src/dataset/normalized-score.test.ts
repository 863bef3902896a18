import { expect, it } from 'vitest';
import { normalizedScore } from './normalized-score.ts';

it('scores 0 for chance and 100 for the expert', () => {
  const reference = { random: -1200, expert: -200 };
  expect([-1200, -200, -700, -100].map(value => normalizedScore(value, reference))).toEqual([0, 100, 50, 110]);
  expect(() => normalizedScore(1, { random: 2, expert: 2 })).toThrow(/expert must be above random/);
});
