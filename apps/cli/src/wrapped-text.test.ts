import { describe, expect, it } from 'vitest';
import { table, wrapped } from './wrapped-text.ts';

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

describe('table', () => {
  const rows = [
    ['a', 'one', 'first of all things'],
    ['long', 'two', 'second'],
  ];

  it('has columns of equal width', () => {
    expect(table(rows, Number.POSITIVE_INFINITY)).toBe('  a     one  first of all things\n  long  two  second');
  });

  it('breaks the last column, and puts it below the others where little room is left', () => {
    const wide = rows.map(row => [...row.slice(0, -1), `${row.at(-1)} and more of it`]);
    expect(table(wide, 34)).toBe(
      ['  a     one  first of all things', '             and more of it', '  long  two  second and more of it'].join('\n'),
    );
    expect(table(wide, 30)).toBe(
      ['  a     one', '      first of all things and', '      more of it', '  long  two', '      second and more of it'].join(
        '\n',
      ),
    );
  });

  it('does not count colours', () => {
    const coloured = [
      ['\u001b[1ma\u001b[22m', 'x'],
      ['bb', 'y'],
    ];
    expect(table(coloured, 80)).toBe('  \u001b[1ma\u001b[22m   x\n  bb  y');
  });
});
