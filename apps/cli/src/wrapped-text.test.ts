import { expect, it } from 'vitest';
import { wrapped } from './wrapped-text.ts';

it('breaks between words, as late as there is room', () => {
  expect(wrapped('one two three', 7)).toEqual(['one two', 'three']);
  expect(wrapped('one two three', 6)).toEqual(['one', 'two', 'three']);
  expect(wrapped('one two three', 13)).toEqual(['one two three']);
});

it('leaves a word whole that is longer than a line', () => {
  expect(wrapped('a verylongword b', 5, '  ')).toEqual(['  a', '  verylongword', '  b']);
});

it('counts what lines begin with', () => {
  expect(wrapped('one two three', 9, '→ ', '    ')).toEqual(['→ one two', '    three']);
});
