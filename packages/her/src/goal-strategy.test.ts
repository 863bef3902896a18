import { InputError } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { parseHindsight } from './goal-strategy.ts';

it('reads a strategy and a number of goals', () => {
  expect(parseHindsight('future:4')).toEqual({ strategy: 'future', goals: 4 });
  expect(parseHindsight('final:0')).toEqual({ strategy: 'final', goals: 0 });
  expect(parseHindsight('episode')).toEqual({ strategy: 'episode', goals: 4 });
});

it.each([
  ['past:4', /^her: the strategy must be future, final, episode, .* got "past:4"\. Write future:4\.$/],
  ['future:4:2', /the strategy must be/],
  ['', /the strategy must be/],
  ['future:', /^her: goals must be an integer in \[0, 1000\], got NaN/],
  ['future:-1', /got -1/],
  ['future:1.5', /got 1.5/],
  ['future:1e9', /got 1000000000/],
  ['future:many', /got NaN/],
])('refuses %s', (text, expected) => {
  expect(() => parseHindsight(text)).toThrow(InputError);
  expect(() => parseHindsight(text)).toThrow(expected);
});
