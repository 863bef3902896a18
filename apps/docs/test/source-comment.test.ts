import { expect, test } from 'vitest';
import { prose, table, withPaperLinks } from '../src/pages/markdown.ts';
import { classComment, commentToMarkdown, headerComment } from '../src/pages/source-comment.ts';

const source = `/**
 * A method.
 *
 * Author (2017), arXiv:1707.06347.
 *
 *   paper      here
 *   r_t        ratio
 *   a | b      two
 *              lines
 *
 * Deviations:
 * 1. One, with \`x < 1\` and y < 2,
 *    and more.
 * 2. Two.
 */
import x from 'y';

/** Not this one. */
export class Other {}

/**
 * A pole.
 *
 * @throws never
 */
export class Pole extends Other {}

export class Bare {}
`;

test('a header becomes paragraphs, a table of symbols and a list', () => {
  expect(commentToMarkdown(headerComment(source))).toBe(`A method.

Author (2017), [arXiv:1707.06347](https://arxiv.org/abs/1707.06347).

| paper | here |
| --- | --- |
| r_t | ratio |
| a \\| b | two lines |

Deviations:

1. One, with \`x < 1\` and y &lt; 2,
   and more.
2. Two.`);
});

test('a file without a header has none', () => {
  expect(headerComment("import x from 'y';\n/** Later. */")).toBe('');
});

test('the comment of a class is the one right above it, without tags', () => {
  expect(classComment(source, 'Pole')).toBe('A pole.');
  expect(classComment(source, 'Bare')).toBe('');
  expect(classComment(source, 'Missing')).toBe('');
});

test('prose cannot become HTML, a template, a formula or emphasis', () => {
  expect(prose('a < b & {{ c }} $d$ 2 * 3 * 4 `e < f * {{ g }}`')).toBe(
    'a &lt; b &amp; &#123;&#123; c }} \\$d\\$ 2 \\* 3 \\* 4 `e < f * {{ g }}`',
  );
});

test('cells keep their bars and stay on one line', () => {
  expect(table(['x'], [['a|b\nc']])).toBe('| x |\n| --- |\n| a\\|b c |');
});

test('DOIs become links, without the full stop behind them', () => {
  expect(withPaperLinks('See doi:10.1038/nature14236.')).toBe(
    'See [doi:10.1038/nature14236](https://doi.org/10.1038/nature14236).',
  );
});
