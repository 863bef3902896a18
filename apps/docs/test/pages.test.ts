import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { type AnyAlgorithm, describeConfig } from '@zpin/core';
import { listEnvs } from '@zpin/envs';
import { beforeAll, describe, expect, test } from 'vitest';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { experiments } from '../src/live/experiments.ts';
import { environmentSections, parseEnvironment } from '../src/pages/environment-content.ts';
import { environmentFile } from '../src/pages/paths.ts';
import { contentFolder, root, siteFolder } from '../src/pages/repository.ts';
import { type GeneratedPages, generatePages } from '../src/pages/write-pages.ts';
import { anchorsOf } from '../src/translation/localize-page.ts';

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
      expect(text.split('## Differences from the paper')[1].split('## References')[0].length, id).toBeGreaterThan(400);
    }
  });

  test('has all sections of the plan, in one order', () => {
    const plan = ['Idea', 'Equations', 'Pseudo-code', 'Metrics', 'Settings', 'Presets', 'Measured', 'Pitfalls'];
    const rest = ['Differences from the paper', 'References', 'Source'];
    for (const { id, presets } of loaded) {
      const code = /^```[\s\S]*?^```/gm;
      const sections = page(`algorithms/${id}.md`).replaceAll(code, '').split(/^## /m).slice(1);
      const wanted = [...plan, ...rest].filter(name => name !== 'Presets' || Object.keys(presets).length > 0);
      expect(
        sections.map(section => section.split('\n')[0]),
        id,
      ).toEqual(wanted);
      for (const section of sections) expect(section.split('\n').slice(1).join('').trim().length, id).toBeGreaterThan(20);
    }
  });

  test('shows its picture, its code as it is, and its curves in both colours', () => {
    const text = page('algorithms/ppo.md');
    expect(text).toContain('export function clippedPolicyLoss({ logProb, oldLogProb, advantage, clipRange }: PolicyLossInput) {');
    for (const picture of ['ppo', 'ppo-CartPole-v1']) {
      for (const theme of ['light', 'dark']) {
        expect(text).toContain(`(./pictures/${picture}.${theme}.svg){.only-${theme}}`);
        expect(page(`algorithms/pictures/${picture}.${theme}.svg`)).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
      }
    }
    expect(page('algorithms/pictures/ppo.dark.svg')).not.toContain('#ffffff"/>');
  });

  test('has equations that fit on a phone, one below the other', () => {
    const equations = page('algorithms/td3.md').split('## Equations')[1]?.split('## Pseudo-code')[0] ?? '';
    expect(equations).toContain('\\tilde a \\right), \\\\[6pt]\n\\tilde a =');
    expect(equations.match(/\\begin\{gathered\}/g)).toHaveLength(1);
  });

  test('stands beside what others have published', () => {
    expect(page('algorithms/dqn.md')).toMatch(/\[CartPole-v1\].*\| 500 ± 0 \(50k\) RL Zoo; 489 ± 16 \(500k\) CleanRL \|/);
    const { behaviours, rows } = JSON.parse(readFileSync(join(root, 'benchmarks', 'results', 'offline.json'), 'utf8')) as {
      behaviours: Record<string, number>;
      rows: { data: string; algo: string; evalReturnMean: number }[];
    };
    const cloned = rows.filter(({ data, algo }) => data === 'cartpole-random' && algo === 'bc');
    const returns = cloned.map(({ evalReturnMean }) => evalReturnMean.toFixed(0)).join(', ');
    const behaviour = behaviours['cartpole-random'].toFixed(0);
    expect(page('algorithms/bc.md')).toContain(
      `| CartPole-v1: 10,000 steps of a random policy. | 5,000 | ${returns} | ${behaviour} |`,
    );
  });

  test('is in the family tree under what it builds on, and in the chooser', () => {
    const tree = page('algorithms/family.md');
    expect(tree).toMatch(/^- \[\*\*Q-learning \(table\)\*\*\]/m);
    expect(tree).toMatch(/^ {6}- \[\*\*Double DQN\*\*\]/m);
    const chooser = readFileSync(join(siteFolder, 'guide', 'choosing.md'), 'utf8');
    for (const { id } of loaded) {
      expect(tree.split(`(/algorithms/${id})`), id).toHaveLength(2);
      expect(chooser, id).toContain(`(/algorithms/${id})`);
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
      /\[CliffWalking-v1\]\(\S+\)<br>100,000 \| −13 \| −13 \(−13 to −13\) \| 20 seeds \| – \|/,
    );
    expect(page('algorithms/ppo.md')).toMatch(
      /\[CartPole-v1\]\(\S+\)<br>100,000 \| 500 \| 500 \(500 to 500\) \| 20 of 20, from 475 \|/,
    );
    expect(page('algorithms/double-dqn.md')).toContain('./pictures/experiment-double-dqn-1.dark.svg');
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

describe('every environment', () => {
  const plan = ['Use', ...environmentSections.slice(0, -1), 'Options', 'Presets for it', 'Versions and differences'];

  test('has all sections of the plan, in one order, with tables', () => {
    for (const { spec } of listEnvs()) {
      const text = page(`environments/${environmentFile(spec.id)}.md`).replaceAll(/^```[\s\S]*?^```/gm, '');
      const sections = text.split(/^## /m).slice(1);
      expect(
        sections.map(section => section.split('\n')[0]),
        spec.id,
      ).toEqual(plan);
      for (const name of ['Rewards', 'Ends']) expect(sections[plan.indexOf(name)], spec.id).toMatch(/^\| .* \|\n\| --- \|/m);
      for (const section of sections.slice(1))
        expect(section.split('\n').slice(1).join('').trim().length, spec.id).toBeGreaterThan(15);
    }
  });

  test('tells its limit of steps', () => {
    for (const { spec } of listEnvs()) {
      if (spec.maxEpisodeSteps === null) continue;
      const ends =
        page(`environments/${environmentFile(spec.id)}.md`)
          .split('## Ends')[1]
          ?.split('## Options')[0] ?? '';
      expect(ends, spec.id).toContain(spec.maxEpisodeSteps.toLocaleString('en-US'));
    }
  });

  test('names each number of a small vector that is observed', () => {
    for (const { spec } of listEnvs()) {
      const { observationSpace: space } = spec;
      if (space.type !== 'box' || space.shape.length !== 1 || spec.id.startsWith('Humanoid')) continue;
      const text =
        page(`environments/${environmentFile(spec.id)}.md`)
          .split('## Observation')[1]
          ?.split('## Actions')[0] ?? '';
      const named = [...text.matchAll(/^\| (\d+(?:(?: to |, )\d+)*) \|/gm)].flatMap(([, index]) => indices(index as string));
      expect(named, spec.id).toEqual(Array.from({ length: space.shape[0] as number }, (_, i) => i));
    }
  });

  /** `3`, `0, 1` or `4 to 7` as numbers. */
  function indices(text: string): number[] {
    const [first = 0, last = first] = text.split(' to ').map(Number);
    return text.includes(',') ? text.split(', ').map(Number) : Array.from({ length: last - first + 1 }, (_, i) => first + i);
  }

  test('is beside its original where that was compared', () => {
    expect(page('environments/CartPole-v1.md')).toContain(
      '40 of 40 episodes of 200 steps are equal within 0.000001, 40 of them to the last bit',
    );
    expect(page('environments/Golf-v0.md')).not.toContain('Beside the original');
  });
});

test('each generated page says where its words are', () => {
  expect(generated.words['algorithms/ppo.md']).toBe('apps/docs/content/algorithms/ppo.md');
  expect(generated.words['environments/MinAtar-Breakout-v1.md']).toBe('apps/docs/content/environments/breakout.md');
  for (const file of Object.values(generated.words)) expect(existsSync(join(root, file)), file).toBe(true);
});

test('what is written about environments must be whole', () => {
  const text = environmentSections.map(name => `## ${name}\n\nText.\n`).join('\n');
  expect(parseEnvironment('x', text).Ends).toBe('Text.');
  expect(() => parseEnvironment('x', text.replace('## Ends\n\nText.', '## Ends\n'))).toThrow(
    /x.md must say something in each of/,
  );
  expect(() => parseEnvironment('x', '')).toThrow(/got nothing/);
});

test('what is written for an algorithm belongs to one', () => {
  const names = readdirSync(join(contentFolder, 'algorithms')).map(name => name.replace('.md', ''));
  expect(names.filter(name => name !== 'her' && !loaded.some(({ id }) => id === name))).toEqual([]);
});

test('no page links to one that is not there', () => {
  const written = readdirSync(siteFolder, { recursive: true, encoding: 'utf8' })
    .filter(name => /^(index|(guide|live|course)\/.*)\.md$/.test(name))
    .map((name): [string, string] => [name, readFileSync(join(siteFolder, name), 'utf8')]);
  const pages = new Map([...written, ...generated.files]);
  const dead: string[] = [];
  for (const [path, text] of pages) {
    if (!path.endsWith('.md')) continue;
    const prose = text.replaceAll(/^```[\s\S]*?^```|\$\$[\s\S]*?\$\$|\$[^$\n]+\$/gm, '');
    for (const [, target] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target) || target.startsWith('/api/')) continue;
      const [file, anchor] = target.split('#');
      if (file.startsWith('.')) {
        const isMade = generated.files.has(normalize(join(dirname(path), file)));
        if (!isMade && !existsSync(join(siteFolder, dirname(path), file))) dead.push(`${path}: ${target}`);
        continue;
      }
      const name = file === '' ? path : `${normalize(file).slice(1).replace(/\/$/, '/index')}.md`;
      const found = pages.get(name);
      if (found === undefined || (anchor && !anchorsOf(found).includes(anchor))) dead.push(`${path}: ${target}`);
    }
  }
  expect(dead).toEqual([]);
});

test('pages lead to where their agent or their world can be watched', () => {
  const live = (path: string) => /^\| lear\w+ in this browser \| (.*) \|$/m.exec(page(path))?.[1];
  expect(live('algorithms/trpo.md')).toBe('[7. Steps of a safe size](/course/trust-regions)');
  expect(live('algorithms/double-dqn.md')).toContain('[CartPole, live](/live/cart-pole)');
  expect(live('environments/Maze-v0.md')).toContain('[Grid worlds, live](/live/grid)');
  expect(live('environments/BitFlip-v0.md')).toBe('[BitFlip, live](/live/bit-flip), [9. Hierarchies and goals](/course/goals)');
  expect(live('environments/Ant-v5.md')).toBeUndefined();
});

test('each lesson of the course has equations, an agent that learns, code, and an exercise with its solution', () => {
  const folder = join(siteFolder, 'course');
  const lessons = readdirSync(folder).filter(name => name !== 'index.md');
  expect(lessons).toHaveLength(10);
  const index = readFileSync(join(folder, 'index.md'), 'utf8');
  for (const name of lessons) {
    const text = readFileSync(join(folder, name), 'utf8');
    expect(text, name).toMatch(/^# \d+\. /);
    expect(text, name).toMatch(/^\$\$$/m);
    expect(text, name).toMatch(/^<Live\w+ /m);
    expect(text, name).toMatch(/^## In code\n\n```ts$/m);
    expect(text, name).toMatch(
      /^## Exercise\n\n[\s\S]{40,}?\n\n<details><summary>Solution<\/summary>\n\n[\s\S]{60,}<\/details>$/m,
    );
    expect(index, name).toContain(`(/course/${name.replace('.md', '')})`);
  }
});

test('pages show experiments that there are, and each has a page', () => {
  const pages = ['live', 'course'].flatMap(folder =>
    readdirSync(join(siteFolder, folder)).map(name => readFileSync(join(siteFolder, folder, name), 'utf8')),
  );
  const shown = pages.flatMap(text => [...text.matchAll(/<LiveExperiment id="([\w-]+)"/g)].map(([, id]) => id));
  expect([...new Set(shown)].sort()).toEqual(Object.keys(experiments).sort());
});

test('the home page shows the code of the README', () => {
  const block = (text: string) => /^```ts\n([\s\S]*?)^```/m.exec(text)?.[1];
  const readme = block(readFileSync(join(root, 'README.md'), 'utf8'));
  expect(readme).toBeDefined();
  expect(block(readFileSync(join(siteFolder, 'index.md'), 'utf8'))).toBe(readme);
});
