import { expect, test } from 'vitest';
import { llmsText, plainPage } from './plain-pages.ts';

test('a page for programs has its words and code, and no components', () => {
  const source = [
    '---\nlayout: page\n---\n# Title',
    'See [this](/guide/first-run#now), [all](/algorithms/) and [a file](/logo.svg).',
    '![A](./a.light.svg){.only-light} ![A](./a.dark.svg){.only-dark}',
    '<LiveExperiment id="dqn" />',
    '<div class="films">',
    '<figure><picture><source srcset="x.png"><img src="x.gif" alt="a pole"></picture><figcaption>',
    'random actions',
    '</figcaption></figure>',
    '</div>',
    "```ts\nconst text = '<LiveGrid />';\n\n\n\n```",
  ].join('\n\n');
  expect(plainPage('guide/x.md', source)).toEqual({
    path: 'guide/x.md',
    title: 'Title',
    text: `${[
      '# Title',
      'See [this](/guide/first-run.md#now), [all](/algorithms/index.md) and [a file](/logo.svg).',
      '![A](./a.light.svg)',
      '*(An agent learns here, in the page.)*',
      'a pole',
      'random actions',
      "```ts\nconst text = '<LiveGrid />';\n\n\n\n```",
    ].join('\n\n')}\n`,
  });
});

test('the index lists pages by section, in the order of the site', () => {
  const page = (path: string) => ({ path, title: path.toUpperCase(), text: '' });
  const text = llmsText('zpin', 'What it is', [page('algorithms/a.md'), page('guide/b.md'), page('index.md')], '/zpin/');
  expect(text).toContain('# zpin\n\n> What it is\n');
  expect(text.indexOf('## Guide\n\n- [GUIDE/B.MD](/zpin/guide/b.md)')).toBeGreaterThan(0);
  expect(text.indexOf('## Algorithms')).toBeGreaterThan(text.indexOf('## Guide'));
  expect(text).not.toContain('INDEX.MD');
});
