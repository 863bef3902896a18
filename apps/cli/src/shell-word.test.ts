import { expect, it } from 'vitest';
import { shellWord } from './shell-word.ts';

it.each([
  ['runs/ppo-CartPole-v1-seed1', 'runs/ppo-CartPole-v1-seed1'],
  ['my runs/first', "'my runs/first'"],
  ["it's", "'it'\\''s'"],
  ['a;rm -r b', "'a;rm -r b'"],
  ['$HOME', "'$HOME'"],
  ['', "''"],
  ['--steps', './--steps'],
  ['-x y', "'./-x y'"],
])('%s is one word of a command', (path, expected) => {
  expect(shellWord(path)).toBe(expected);
});
