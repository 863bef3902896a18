import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import MiniSearch from 'minisearch';
import { beforeAll, describe, expect, test } from 'vitest';
import { experiments } from '../src/live/experiments.ts';
import { writtenPages } from '../src/pages/chinese-pages.ts';
import { contentFolder, root } from '../src/pages/repository.ts';
import { type GeneratedPages, generatePages } from '../src/pages/write-pages.ts';
import { siteConfig } from '../src/site-config.ts';
import { chineseWords } from '../src/theme/chinese-words.ts';
import { differencesOf } from '../src/translation/compare-pages.ts';
import { indexTerms, queryTerms } from '../src/translation/search-terms.ts';
import type { Dictionary } from '../src/translation/translate.ts';

let generated: GeneratedPages;
let english: ReadonlyMap<string, string>;

beforeAll(async () => {
  generated = await generatePages();
  english = new Map([...writtenPages(), ...generated.files]);
  // MuJoCo is loaded for it, which takes long on a busy machine.
}, 300_000);

describe('the Chinese pages', () => {
  test('are all there', () => {
    expect([...generated.untranslated]).toEqual([]);
    const wanted = [...english.keys()].filter(path => path.endsWith('.md') && !/^zh\/|^changelog/.test(path));
    expect(wanted.length).toBeGreaterThan(160);
    for (const path of wanted) expect(generated.files.has(`zh/${path}`), path).toBe(true);
  });

  test('say what the English ones say, block by block, with the same code, formulas, links and numbers', () => {
    const problems = [...generated.files]
      .filter(([path]) => /^zh\/.*\.md$/.test(path) && path !== 'zh/api/index.md')
      .flatMap(([path, text]) => differencesOf(english.get(path.slice(3)) ?? '', text).map(problem => `${path}: ${problem}`));
    expect(problems).toEqual([]);
  });

  test('stress words in a way that Markdown sees: no sign between stars and a Chinese character', () => {
    const sign = /[\p{P}\p{S}]/u;
    const letter = /[^\p{P}\p{S}\s]/u;
    const wrong: string[] = [];
    for (const [path, text] of generated.files) {
      if (!/^zh\/.*\.md$/.test(path)) continue;
      const words = text
        .replaceAll(/^ *```[\s\S]*?^ *```|^\$\$[\s\S]*?^\$\$|^:::[\s\S]*?^:::/gm, '')
        .replaceAll(/`[^`\n]*`|\$[^$\n]+\$/g, '`');
      for (const block of words.split(/\n\n|\n(?=[-|]|\d)/)) {
        const parts = block.split(/(?<!\\)\*\*/);
        for (let i = 1; i < parts.length; i += 2) {
          const [before, inside, after] = [parts[i - 1]?.at(-1) ?? '', parts[i] ?? '', parts[i + 1]?.at(0) ?? ''];
          if (sign.test(inside[0] ?? '') && letter.test(before)) wrong.push(`${path}: ${before}**${inside}`);
          if (sign.test(inside.at(-1) ?? '') && letter.test(after)) wrong.push(`${path}: ${inside}**${after}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('have Chinese words where the stylesheet adds some', () => {
    const style = readFileSync(join(root, 'apps/docs/src/theme/style.css'), 'utf8');
    const rules = [...style.matchAll(/([^{}]+)\{[^{}]*content: "([^"]*)"/g)].map(
      ([, selector = '', words = '']) => [selector.trim(), words] as const,
    );
    const chinese = new Map(rules.filter(([selector]) => selector.startsWith(':lang(zh) ')));
    const worded = rules.filter(([, words]) => /[a-z]{2}/.test(words));
    expect(worded.length).toBeGreaterThan(3);
    for (const [selector] of worded) expect(chinese.get(`:lang(zh) ${selector}`), selector).toMatch(/\p{Script=Han}/u);
  });

  test('have pictures with Chinese words, each in the place of an English one', () => {
    const pictures = [...generated.files.keys()].filter(path => path.startsWith('algorithms/pictures/'));
    expect(pictures.length).toBeGreaterThan(500);
    for (const path of pictures) expect(generated.files.has(`zh/${path}`), path).toBe(true);
    const ppo = generated.files.get('zh/algorithms/pictures/ppo.light.svg');
    expect(ppo).toContain('裁剪后的目标函数（ε = 0.2）');
    expect(ppo).not.toContain('objective');
    expect(generated.files.get('zh/algorithms/ppo.md')).toContain('](./pictures/ppo.light.svg)');
    expect(generated.files.get('zh/index.md')).toContain('](./algorithms/pictures/speed.light.svg)');
    expect(generated.files.get('zh/guide/speed.md')).toContain('](../algorithms/pictures/speed.light.svg)');
    // Names of metrics stay, as those of settings do.
    expect(generated.files.get('zh/algorithms/pictures/ppo-valueLoss.light.svg')).toContain('>valueLoss<');
  });

  test('list every package of the API', () => {
    const text = readFileSync(join(contentFolder, 'zh', 'api', 'index.md'), 'utf8');
    for (const name of readdirSync(join(root, 'packages')))
      expect(text, name).toMatch(new RegExp(`\\(/api/${name === 'zpin' ? name : `@zpin/${name}`}/?\\)`));
  });

  test('have no words that no page needs', () => {
    for (const folder of ['guide', 'course', 'live', 'algorithms', 'environments']) {
      const path = join(contentFolder, 'zh', folder);
      const source = join(contentFolder, folder);
      const names = existsSync(path) ? readdirSync(path) : [];
      const wanted = existsSync(source) ? readdirSync(source) : [...english.keys()].map(name => name.split('/')[1]);
      expect(names.filter(name => !wanted.includes(name))).toEqual([]);
    }
  });
});

describe('the words of pages', () => {
  test('are all there, and all of them are used', () => {
    const { missing, used } = generated.translator;
    expect([...missing]).toEqual([]);
    // Some are said of certain measurements alone, some in menus and files for programs.
    const folder = join(root, 'apps', 'docs', 'src');
    const sources = ['site-config.ts', ...readdirSync(join(folder, 'pages')).map(name => join('pages', name))]
      .map(name => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const texts = Object.values(dictionary()).flatMap(group => Object.keys(group));
    expect(texts.filter(text => !used.has(text) && !sources.includes(`'${text}'`))).toEqual([]);
  });

  test('fill in what the English ones fill in', () => {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    const words = [...Object.values(dictionary()).flatMap(group => Object.entries(group)), ...Object.entries(chineseWords)];
    for (const [text, chinese] of words) expect(names(chinese), text).toEqual(names(text));
  });
});

function dictionary(): Dictionary {
  return JSON.parse(readFileSync(join(contentFolder, 'zh', 'words.json'), 'utf8')) as Dictionary;
}

describe('the theme', () => {
  test('says everything in Chinese too', () => {
    const texts = (value: unknown): string[] =>
      typeof value === 'string'
        ? [value]
        : Object.entries(value ?? {}).flatMap(([key, inner]) => (isAddress(key) ? [] : texts(inner)));
    const isAddress = (key: string) => ['link', 'activeMatch', 'pattern', 'level'].includes(key);
    const theme = siteConfig.locales?.zh?.themeConfig ?? {};
    const words = [...texts(theme), ...texts(siteConfig.themeConfig?.search)].filter(text => !/\p{Script=Han}/u.test(text));
    const isName = (text: string) =>
      /^(?:[A-Z][\w()λ]*|[a-z0-9]+(?:-[a-z0-9]+)*|[\w/]+-v\d|\d+\.\d+\.\d+|Atari.*|4\. DQN)$/.test(text);
    expect(words.filter(text => !isName(text))).toEqual([]);
  });
});

describe('the live pages', () => {
  const folder = join(root, 'apps', 'docs', 'src', 'theme');
  const components = readdirSync(folder)
    .filter(name => name.endsWith('.vue'))
    .map((name): [string, string] => [name, readFileSync(join(folder, name), 'utf8')]);

  test.each(components)('%s asks for its words in the language of the page', (_, source) => {
    const template = source.slice(source.indexOf('<template>'));
    const shown = template.replaceAll(/\{\{[\s\S]*?\}\}|<[^>]*?(?:"[^"]*"[^>]*?)*>/g, ' ');
    expect([...shown.matchAll(/[A-Za-z]{2,}/g)].map(([word]) => word)).toEqual([]);
    expect(template).not.toMatch(/ (?:aria-label|title|alt)="/);
    const asked = [...source.matchAll(/\bt\('((?:[^'\\]|\\.)+)'/g)].map(([, text]) => text as string);
    expect(asked.filter(text => chineseWords[text] === undefined)).toEqual([]);
  });

  test('have Chinese words for every experiment, and for what can be set in it', () => {
    const texts = Object.values(experiments).flatMap(({ title, hint, controls }) => [
      ...[title, hint],
      ...controls.flatMap(control => [control.label, ...(control.kind === 'choice' ? control.choices : [])]),
    ]);
    // Names of algorithms, sizes and settings are the same in every language.
    const isName = (text: string) => /^(?:\d+|[a-z0-9]+(?:-[a-z0-9]+)*|(?:final|future):\d)$/.test(text);
    const missing = texts.filter(text => chineseWords[text] === undefined);
    expect(missing.filter(text => !isName(text))).toEqual([]);
    const known = ['none', 'toGo', 'whole', 'yes', 'no', 'bits', 'batch', 'baseline', 'options', 'hindsight', 'algorithm'];
    expect(missing.filter(text => known.includes(text))).toEqual([]);
  });
});

describe('the search', () => {
  /** Sections of the Chinese pages, as the site cuts them. */
  function index() {
    const search = new MiniSearch<{ id: string; title: string; text: string }>({
      fields: ['title', 'text'],
      tokenize: indexTerms,
    });
    for (const [id, text] of generated.files) {
      if (!id.startsWith('zh/') || !id.endsWith('.md')) continue;
      for (const [i, section] of text.split(/^(?=#+ )/m).entries()) {
        search.add({ id: `${id}#${i}`, title: section.split('\n')[0] ?? '', text: section });
      }
    }
    return (query: string) => {
      const found = search.search(query, { tokenize: queryTerms, prefix: true, fuzzy: 0.2, boost: { title: 4, text: 2 } });
      return [...new Set(found.map(({ id }) => String(id).split('#')[0]))];
    };
  }

  test('finds Chinese words wherever they stand', () => {
    const find = index();
    expect(find('策略梯度').slice(0, 5)).toEqual(
      expect.arrayContaining(['zh/course/policy-gradients.md', 'zh/algorithms/vpg.md']),
    );
    expect(find('经验回放').slice(0, 8)).toEqual(
      expect.arrayContaining(['zh/algorithms/prioritized-dqn.md', 'zh/course/dqn.md']),
    );
    expect(find('悬崖')[0]).toMatch(/cliff|sarsa|CliffWalking|grid/i);
    expect(find('熵').length).toBeGreaterThan(20);
    expect(find('LunarLander').slice(0, 5)).toContain('zh/environments/LunarLander-v3.md');
  });

  test('is set up so', () => {
    expect(siteConfig.themeConfig?.search).toMatchObject({
      options: { miniSearch: { options: { tokenize: indexTerms }, searchOptions: { tokenize: queryTerms } } },
    });
  });
});

test('the README is there in Chinese, with the same code, packages and algorithms', () => {
  const [read, written] = ['README.md', 'README.zh.md'].map(name => readFileSync(join(root, name), 'utf8'));
  expect(read).toContain('(README.zh.md)');
  // Comments behind commands are words.
  const code = (text = '') => [...text.matchAll(/^```[\s\S]*?^```/gm)].map(([block]) => block.replaceAll(/ +# .*$/gm, ''));
  expect(code(written)).toEqual(code(read));
  const links = (text = '') =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link).filter(link => !/README|GLOSSARY/.test(link ?? ''));
  expect(new Set(links(written))).toEqual(new Set(links(read)));
  const names = (text = '') => [...text.replaceAll(/^```[\s\S]*?^```/gm, '').matchAll(/`([\w@/-]+)`/g)].map(([, name]) => name);
  expect(new Set(names(written))).toEqual(new Set(names(read)));
  const numbers = (text = '') => [...text.matchAll(/\d{1,3}(?:,\d{3})+/g)].map(([number]) => number).sort();
  expect(numbers(written)).toEqual(numbers(read));
});
