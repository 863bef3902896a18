import { expect, it } from 'vitest';
import { hasColors, styleOf } from './style.ts';

const output = (isTTY: boolean) => ({ isTTY });

it.each<[boolean, Record<string, string>, boolean]>([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  // By its convention an empty one says nothing.
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '3', NO_COLOR: '1' }, true],
])('terminal %s with %j: %s', (isTTY, env, expected) => {
  expect(hasColors(output(isTTY), env)).toBe(expected);
  expect(styleOf(output(isTTY), env).red('x')).toBe(expected ? '\u001b[31mx\u001b[39m' : 'x');
});
