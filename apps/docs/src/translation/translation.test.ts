import { describe, expect, test } from 'vitest';
import { splitBlocks } from './blocks.ts';
import { differencesOf } from './compare-pages.ts';
import { anchorsOf, localizePage, pageOf } from './localize-page.ts';
import { mergePage } from './merge-page.ts';
import { otherLanguage } from './other-language.ts';
import { indexTerms, queryTerms } from './search-terms.ts';
import { createTranslator, english } from './translate.ts';
import { translateSvg } from './translate-svg.ts';

const source = [
  '---\ntitle: A\n---',
  '# Steps of a safe size',
  'See [the guide](/guide/x#y), `gamma` and 1,000 steps.',
  '```ts\n// # no heading\n\nconst a = 1;\n```',
  '$$\na = b\n\nc\n$$',
  '<details><summary>Solution</summary>',
  '![A pole](./a.svg){.only-light}',
  '- one thing\n- another thing',
  '| word | `code` |\n| --- | --- |\n| some text | `b` |',
].join('\n\n');

const words = [
  '# 步子要稳',
  '见[指南](/guide/x#y)、`gamma` 和 1,000 步。',
  '- 一件事\n- 另一件事',
  '| 词 | `code` |\n| --- | --- |\n| 一些文字 | `b` |',
].join('\n\n');

const { t } = createTranslator({ pictures: { Solution: '解答', 'A pole': '杆子' } });

describe('a page', () => {
  test('is cut into blocks, code and formulas whole', () => {
    const kinds = ['head', 'heading', 'text', 'code', 'math', 'html', 'picture', 'list', 'table'];
    expect(splitBlocks(source).map(({ kind }) => kind)).toEqual(kinds);
    expect(splitBlocks(source)[3].text).toBe('```ts\n// # no heading\n\nconst a = 1;\n```');
    expect(splitBlocks('text:\n```sh\nls\n```').map(({ kind }) => kind)).toEqual(['text', 'code']);
  });

  test('takes its words from the other language, and everything else from the English one', () => {
    const merged = mergePage('x.md', source, words, t);
    expect(splitBlocks(merged).map(({ text }) => text)).toEqual([
      '---\ntitle: A\n---',
      ...words.split('\n\n').slice(0, 2),
      ...['```ts\n// # no heading\n\nconst a = 1;\n```', '$$\na = b\n\nc\n$$', '<details><summary>解答</summary>'],
      '![杆子](./a.svg){.only-light}',
      ...words.split('\n\n').slice(2),
    ]);
    expect(differencesOf(source, merged)).toEqual([]);
  });

  test('with too few words, or others, is refused', () => {
    expect(() => mergePage('x.md', source, words.replace('# 步子', '## 步子'), t)).toThrow(
      /block 1 of the words of x.md must be a heading 1 .* got a heading 2/,
    );
    expect(() => mergePage('x.md', source, words.split('\n\n').slice(0, 3).join('\n\n'), t)).toThrow(
      /block 4 [\s\S]* got nothing/,
    );
    expect(() => mergePage('x.md', source, `${words}\n\n多了`, t)).toThrow(/must be nothing, got a text/);
  });
});

describe('differences', () => {
  const merged = mergePage('x.md', source, words, t);
  const changed = (from: string, to: string) => differencesOf(source, merged.replace(from, to));

  test('are found in code, formulas, words, links, names and numbers', () => {
    expect(changed('const a = 1', 'const a = 2')).toEqual([expect.stringContaining('differs from the code')]);
    expect(changed('a = b', 'a = d')).toEqual([expect.stringContaining('differs from the math')]);
    expect(changed('/guide/x#y', '/guide/x')).toEqual([expect.stringContaining('the link /guide/x#y is missing')]);
    expect(changed('`gamma`', '`lambda`')).toEqual([expect.stringContaining('code gamma is missing')]);
    expect(changed('1,000', '100')).toEqual([expect.stringContaining('the number 1,000 is missing')]);
    expect(changed('一些文字', 'some text')).toEqual([expect.stringContaining('no Chinese in " some text "')]);
    expect(changed('# 步子要稳', '# Steps of a safe size')).toEqual([expect.stringContaining('no Chinese')]);
    expect(changed('- 另一件事', '')).toEqual([
      expect.stringContaining('1 lines in place of 2'),
      expect.stringContaining('no Chinese in ""'),
    ]);
  });
});

describe('a page in its folder', () => {
  test('keeps the anchors of the English one, and leads to Chinese pages where there are some', () => {
    const merged = mergePage('course/x.md', source, words, t);
    const text = localizePage('course/x.md', source, merged, path => path === 'guide/x.md');
    expect(text).toContain('# 步子要稳 {#steps-of-a-safe-size}');
    expect(text).toContain('[指南](/zh/guide/x#y)');
    expect(text).toContain('![杆子](../../course/a.svg)');
    const picture = '![x](../../../../packages/x.png)\n';
    expect(localizePage('course/x.md', picture, picture, () => false)).toBe('![x](../../../../../packages/x.png)\n');
    expect(localizePage('course/x.md', source, merged, () => false)).toContain('[指南](/guide/x#y)');
    const formula = '$f[x](y)$ 与\n\n$$\nf[x](y)\n$$\n';
    expect(localizePage('course/x.md', formula, formula, () => false)).toBe(formula);
    expect(() => localizePage('x.md', source, '文字\n', () => false)).toThrow(
      /x.md must have its 1 headings in Chinese too, got 0/,
    );
  });

  test('has anchors as VitePress makes them', () => {
    const headings =
      '# Other places: MLflow, Weights & Biases\n\n## `a` and [b](/c)\n\n## In code\n\n## In code\n\n## 2 things\n\n## 标题 {#own}\n';
    expect(anchorsOf(headings)).toEqual([
      'other-places-mlflow-weights-biases',
      'a-and-b',
      'in-code',
      'in-code-1',
      '_2-things',
      'own',
    ]);
    expect(['/', '/course/', '/guide/x#y'].map(pageOf)).toEqual(['index.md', 'course/index.md', 'guide/x.md']);
  });
});

test('the language switch leads to the same page, or to the nearest that there is', () => {
  const without = ['changelog.md', 'guide/new.md', 'algorithms/new.md'];
  const links = (paths: string[]) => paths.map(path => otherLanguage(path, without).link);
  expect(links(['index.md', 'guide/first-run.md', 'course/index.md'])).toEqual([
    '/zh/',
    '/zh/guide/first-run.html',
    '/zh/course/',
  ]);
  expect(links(['zh/index.md', 'zh/guide/first-run.md', 'zh/api/index.md'])).toEqual(['/', '/guide/first-run.html', '/api/']);
  expect(links(['changelog.md', 'guide/new.md', 'algorithms/new.md'])).toEqual(['/zh/', '/zh/', '/zh/algorithms/']);
  expect(links(['api/index.md', 'api/@zpin/core/index.md', 'api/zpin/functions/train.md'])).toEqual([
    '/zh/api/',
    '/zh/api/',
    '/zh/api/',
  ]);
  expect(otherLanguage('api/zpin/functions/train.md', without).isSame).toBe(false);
  expect(otherLanguage('guide/first-run.md', without).isSame).toBe(true);
});

test('the search cuts Chinese into pairs, and other words at spaces and signs', () => {
  expect(indexTerms('用PPO学策略梯度。Adam 熵')).toEqual(
    ['用', 'PPO', '学策', '策略', '略梯', '梯度', '度', '', 'Adam', '熵'].filter(Boolean),
  );
  expect(queryTerms('策略梯度 PPO')).toEqual(['策略', '略梯', '梯度', 'PPO']);
  expect(queryTerms('熵')).toEqual(['熵']);
  expect(queryTerms('learning rate')).toEqual(['learning', 'rate']);
});

test('a translator notes what it has not, and what it was asked for', () => {
  const translator = createTranslator({ a: { 'One {n} of these.': '其中 {n} 个。' }, b: { two: '二' } });
  expect(translator.t('One {n}\n of these.', { n: 3 })).toBe('其中 3 个。');
  expect(translator.t('{n} unknown', { n: 3 })).toBe('3 unknown');
  expect(translator.t('95 %')).toBe('95 %');
  expect([...translator.missing]).toEqual(['{n} unknown']);
  expect([...translator.used]).toEqual(['One {n} of these.']);
  expect(english('{a} { b } {c}', { a: 1 })).toBe('1 { b } {c}');
});

describe('words in pictures', () => {
  test('are translated, names stay, and what has two words is missed', () => {
    const { words, missing, used } = createTranslator({
      pictures: { solved: '达标', 'reward R next state': '奖励 R\n下一状态' },
    });
    expect(words('solved')).toBe('达标');
    expect(words('reward R\nnext state')).toBe('奖励 R\n下一状态');
    expect(['gradientNorm', 'CartPole-v1', 'valueWeight 2.5', 'Q(s, a) − y'].map(text => words(text))).toEqual([
      'gradientNorm',
      'CartPole-v1',
      'valueWeight 2.5',
      'Q(s, a) − y',
    ]);
    expect(words('steps ahead')).toBe('steps ahead');
    expect([...missing]).toEqual(['steps ahead']);
    expect([...used]).toEqual(['solved', 'reward R next state']);
  });

  test('are found in the texts of a picture, and nowhere else', () => {
    const svg = '<svg><title>solved</title><text x="1" id="solved">solved</text><desc>solved</desc><text>1</text></svg>';
    const { words } = createTranslator({ pictures: { solved: '达标' } });
    expect(translateSvg(svg, words)).toBe(
      '<svg><title>达标</title><text x="1" id="solved">达标</text><desc>solved</desc><text>1</text></svg>',
    );
  });
});
