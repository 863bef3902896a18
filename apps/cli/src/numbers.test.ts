import { expect, it } from 'vitest';
import { counted, cutText, verdictText } from './numbers.ts';
import type { Style } from './style.ts';

const plain = { green: (text: string) => text, yellow: (text: string) => text } as Style;

it('counts one and many', () => {
  expect([0, 1, 2, 12_345].map(count => counted(count, 'step'))).toEqual(['0 steps', '1 step', '2 steps', '12,345 steps']);
});

it('calls a task solved after ten episodes, not after one that was lucky', () => {
  const of = (episodes: number, value: number) => verdictText(new Array(episodes).fill(value), 475, plain);
  expect(of(10, 475)).toBe('; solved (threshold 475)');
  expect(of(10, 474.9)).toBe('; not solved (threshold 475)');
  expect(of(9, 500)).toBe('; threshold 475 reached');
  expect(of(1, 474.9)).toBe('; threshold 475 not reached');
  expect(verdictText([1, 2], null, plain)).toBe('');
});

it('tells of episodes that were cut off', () => {
  expect(cutText({ lengths: [1] })).toBe('');
  expect(cutText({ cutOff: 1, lengths: [1] })).toBe('; all cut off after 1 step, before their end');
  expect(cutText({ cutOff: 2, lengths: [50, 1, 50] })).toBe('; 2 of 3 cut off after 50 steps, before their end');
});
