import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type AnyAlgorithm, describeConfig } from '@zpin/core';
import { listEnvs } from '@zpin/envs';
import { beforeAll, describe, expect, test } from 'vitest';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { environmentFile } from '../src/pages/paths.ts';
import { contentFolder, root, siteFolder } from '../src/pages/repository.ts';
import { type GeneratedPages, generatePages } from '../src/pages/write-pages.ts';

let loaded: AnyAlgorithm[];
let generated: GeneratedPages;

beforeAll(async () => {
  loaded = await Promise.all(algorithmIds.map(id => loadAlgorithm(id)));
  generated = await generatePages();
  // MuJoCo is loaded for it, which takes long on a busy machine.
}, 300_000);

const page = (path: string): string => {
  const text = generated.files.get(path);
  if (text === undefined) throw new Error(`no page ${path}`);
  return text;
};

describe('every algorithm', () => {
  test('has a page with its paper, its spaces and its deviations', () => {
    for (const { id, title } of loaded) {
      const text = page(`algorithms/${id}.md`);
      expect(text, id).toContain(`# ${title}`);
      expect(text, id).toMatch(/\| observations \| (any|`\w)/);
      expect(text, id).toMatch(/\| actions \| `\w/);
      // The header of its file, of some length.
      expect(text.split('## From the source file')[1].split('## Settings')[0].length, id).toBeGreaterThan(400);
    }
  });

  test('has a table that names every setting of its schema with its default', () => {
    for (const { id, config } of loaded) {
      const rows = page(`algorithms/${id}.md`).split('## Settings')[1].split('\n## ')[0];
      const names = [...rows.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)].map(([, name]) => name);
      expect(names, id).toEqual(describeConfig(config).map(({ name }) => name));
    }
    expect(page('algorithms/ppo.md')).toContain('| `gamma` | `0.99` | a number in [0, 1] |  | discount factor per step |');
  });

  test('is in the index and beside the pages', () => {
    const index = page('algorithms/index.md');
    const links = generated.algorithmGroups.flatMap(({ items }) => items.map(({ link }) => link));
    for (const { id } of loaded) expect(index).toContain(`(/algorithms/${id})`);
    expect(links.toSorted()).toEqual(loaded.map(({ id }) => `/algorithms/${id}`).toSorted());
  });

  test('shows what was measured', () => {
    expect(page('algorithms/q-learning.md')).toMatch(
      /\[CliffWalking-v1\]\(\S+\) \| 100,000 \| −13 \| −13 \(−13 to −13\) \| – \| 20 seeds \|/,
    );
    expect(page('algorithms/double-dqn.md')).toContain('experiments/double-dqn.svg');
  });
});

test('pages tell spaces apart', () => {
  const spaces = (id: string) => /\| observations \| (.*) \|\n\| actions \| (.*) \|/.exec(page(`algorithms/${id}.md`))?.slice(1);
  expect(spaces('q-learning')).toEqual(['`Discrete`', '`Discrete`']);
  expect(spaces('ppo')).toEqual(['any', '`Discrete`, `MultiDiscrete`, `MultiBinary`, `Box`, `Dict`, `Tuple`']);
  expect(spaces('sac')?.[1]).toBe('`Box`');
});

test('every environment has a page with its rules, its picture and its options', () => {
  for (const { spec, options = {} } of listEnvs()) {
    const text = page(`environments/${environmentFile(spec.id)}.md`);
    const rules = text.split('|  |  |')[0].split('\n\n').at(-2);
    expect(rules?.length, spec.id).toBeGreaterThan(40);
    for (const name of Object.keys(options)) expect(text, spec.id).toContain(`| \`${name}\` |`);
    expect(page('environments/index.md')).toContain(`[${spec.id}](/environments/${environmentFile(spec.id)})`);
  }
  expect(page('environments/CartPole-v1.md')).toContain('packages/envs/pictures/CartPole-v1.png');
  expect(page('environments/LunarLander-v3.md')).toContain(
    '| `gravity` | `-10` | a number in (-12, 0) | m/s^2 | acceleration upwards |',
  );
  expect(page('environments/Hopper-v5.md')).toContain('| `0.7,Infinity` | two numbers, the smaller one first | m |');
  expect(page('environments/CartPole-v1.md')).toContain('from (−4.8, −∞, −0.4189, −∞) to (4.8, ∞, 0.4189, ∞)');
});

test('what is written for an algorithm belongs to one', () => {
  const names = readdirSync(join(contentFolder, 'algorithms')).map(name => name.replace('.md', ''));
  expect(names.filter(name => name !== 'her' && !loaded.some(({ id }) => id === name))).toEqual([]);
});

test('no page links to one that is not there', () => {
  const written = readdirSync(siteFolder, { recursive: true, encoding: 'utf8' })
    .filter(name => /^(index|guide\/.*|live\/.*)\.md$/.test(name))
    .map((name): [string, string] => [name, readFileSync(join(siteFolder, name), 'utf8')]);
  const pages = new Map([...written, ...generated.files]);
  const dead: string[] = [];
  for (const [path, text] of pages) {
    const prose = text.replaceAll(/^```[\s\S]*?^```|\$\$[\s\S]*?\$\$|\$[^$\n]+\$/gm, '');
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target) || target.startsWith('/api/')) continue;
      const [file, anchor] = target.split('#');
      if (file.startsWith('.')) {
        if (!existsSync(join(siteFolder, dirname(path), file))) dead.push(`${path}: ${target}`);
        continue;
      }
      const name = file === '' ? path : `${normalize(file).slice(1).replace(/\/$/, '/index')}.md`;
      const found = pages.get(name);
      if (found === undefined || (anchor && !anchors(found).includes(anchor))) dead.push(`${path}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

/** As VitePress makes them, for headings of plain words. */
function anchors(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w]+/g, '-')
      .replaceAll(/^-|-$/g, ''),
  );
}

test('the home page shows the code of the README', () => {
  const block = (text: string) => /^```ts\n([\s\S]*?)^```/m.exec(text)?.[1];
  const readme = block(readFileSync(join(root, 'README.md'), 'utf8'));
  expect(readme).toBeDefined();
  expect(block(readFileSync(join(siteFolder, 'index.md'), 'utf8'))).toBe(readme);
});
