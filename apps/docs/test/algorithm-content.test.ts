import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type AnyAlgorithm, describeConfig } from '@zpin/core';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRun, type RunOptions, train } from 'zpin';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { algorithmFigures } from '../src/figures/algorithm-figures.ts';
import { type AlgorithmContent, explainedMetrics, parseContent, writtenSections } from '../src/pages/algorithm-content.ts';
import { declaration } from '../src/pages/declaration.ts';
import { shownMetrics, updateMetrics } from '../src/pages/metric-pictures.ts';
import { contentFolder } from '../src/pages/repository.ts';

const content = (id: string): AlgorithmContent =>
  parseContent(id, readFileSync(join(contentFolder, 'algorithms', `${id}.md`), 'utf8'));

/** Characters below which a section says nothing. */
const LEAST: Readonly<Record<(typeof writtenSections)[number], number>> = {
  Idea: 350,
  Equations: 120,
  'Pseudo-code': 150,
  Metrics: 60,
  Pitfalls: 250,
  References: 80,
};

describe.each(algorithmIds)('what is written about %s', id => {
  test('has every section, with something in it, a picture, equations, links', () => {
    const { sections } = content(id);
    for (const name of writtenSections) expect(sections[name].length, name).toBeGreaterThan(LEAST[name]);
    expect(sections.Equations).toContain('$$');
    expect(sections['Pseudo-code'].match(/^\d\. /gm)?.length).toBeGreaterThanOrEqual(2);
    expect(sections.Pitfalls.match(/^- /gm)?.length).toBeGreaterThanOrEqual(3);
    expect(sections.References.match(/^- /gm)?.length).toBeGreaterThanOrEqual(2);
    expect(algorithmFigures[id]?.caption.length).toBeGreaterThan(50);
  });

  test('shows all metrics over a run that went well', () => {
    const run = updateMetrics(id);
    expect(run, `pnpm bench update-metrics --algo ${id} --write`).not.toBeNull();
    if (run === null) return;
    expect(run.algo).toBe(id);
    const shown = shownMetrics(run);
    expect(shown.length).toBeGreaterThan(0);
    const explained = explainedMetrics(content(id));
    for (const metric of shown) expect(explained, metric).toContain(metric);
  });

  test('builds on an algorithm that there is, in the end on the first of a family', () => {
    const seen = new Set<string>();
    for (let at: string | null = id; at !== null; at = content(at).after) {
      expect(algorithmIds).toContain(at);
      expect(seen, at).not.toContain(at);
      seen.add(at);
    }
  });

  test('names settings that it has', async () => {
    const written = content(id);
    const { sections } = written;
    const fields = describeConfig((await loadAlgorithm(id)).config).map(({ name }) => name);
    const names = [...fields, ...explainedMetrics(written)];
    const others = await allSettings();
    const text = [sections.Equations, sections['Pseudo-code'], sections.Metrics].join('\n');
    const used = [...text.matchAll(/`(\w+)`/g)].map(([, name]) => name as string);
    expect(used.filter(name => others.has(name) && !names.includes(name))).toEqual([]);
  });
});

let known: Promise<Set<string>> | undefined;

/** Names of the settings of all algorithms. */
function allSettings(): Promise<Set<string>> {
  known ??= Promise.all(algorithmIds.map(other => loadAlgorithm(other))).then(
    all => new Set(all.flatMap(({ config }) => describeConfig(config).map(({ name }) => name))),
  );
  return known;
}

describe('metrics', () => {
  const scratch = inScratchFolder();
  const environment = ({ id, spaces: { observations, actions } }: AnyAlgorithm) => {
    if (id === 'h-dqn') return 'KeyDoor-v0';
    if (observations?.includes('discrete') || id === 'neural-q-learning') return 'CliffWalking-v1';
    return actions.includes('discrete') ? 'CartPole-v1' : 'Pendulum-v1';
  };
  const makers: Readonly<Record<string, string>> = {
    'CliffWalking-v1': 'q-learning',
    'CartPole-v1': 'dqn',
    'Pendulum-v1': 'sac',
  };
  /** Small enough that a few steps are enough for an update of everything. */
  const small: Readonly<Record<string, unknown>> = {
    ...{ numEnvs: 1, rolloutLength: 16, sequenceLength: 16, learningStarts: 16, batchSize: 16, hiddenSizes: [4] },
    ...{ reportEverySteps: 16, epochs: 1, valueEpochs: 1, bufferSize: 64, metaBufferSize: 64, workers: 1, gradientSteps: 1 },
  };

  beforeAll(async () => {
    for (const [env, algorithm] of Object.entries(makers)) {
      const options: RunOptions = { steps: 64, preset: false, engine: 'tensorflow', recordDataset: join(scratch, `${env}.zpin`) };
      (await train(await loadAlgorithm(algorithm), env, options)).dispose();
    }
  }, 120_000);

  /** Names that a short run reports. */
  async function reported(algorithm: AnyAlgorithm): Promise<string[]> {
    const env = environment(algorithm);
    const fields = describeConfig(algorithm.config).map(({ name }) => name);
    const config = Object.fromEntries(Object.entries(small).filter(([name]) => fields.includes(name)));
    const dataset = join(scratch, `${env}.zpin`);
    const run = await openRun(algorithm, env, {
      ...{ steps: algorithm.id === 'reinforce' ? 256 : 64, config, preset: false, engine: 'tensorflow' },
      ...(algorithm.learnsFrom === 'dataset' && { dataset }),
    });
    const names = new Set<string>();
    for await (const event of run.events()) {
      if (event.type === 'update') for (const name of Object.keys(event.metrics)) names.add(name);
    }
    run.dispose();
    return [...names];
  }

  test.each(algorithmIds)(
    'of %s are explained, each of them and no others',
    async id => {
      const names = await reported(await loadAlgorithm(id));
      expect(names.length).toBeGreaterThan(0);
      expect(explainedMetrics(content(id)).sort()).toEqual(names.sort());
    },
    120_000,
  );
});

describe('parseContent', () => {
  const text = `---\nafter: dqn\nadds: a word\ncode: one two\n---\n${writtenSections.map(name => `## ${name}\n\nText of ${name}.\n`).join('\n')}`;

  test('reads head and sections', () => {
    const { after, adds, code, sections } = parseContent('x', text);
    expect({ after, adds, code }).toEqual({ after: 'dqn', adds: 'a word', code: ['one', 'two'] });
    expect(sections.Metrics).toBe('Text of Metrics.');
    expect(parseContent('x', text.replace('after: dqn', 'after: none')).after).toBeNull();
  });

  test('refuses what is missing, empty, or in another order', () => {
    expect(() => parseContent('x', text.replace('adds: a word\n', ''))).toThrow(/head of x.md must say adds/);
    expect(() => parseContent('x', text.replace('Text of Pitfalls.', ''))).toThrow(/section Pitfalls of x.md must say something/);
    expect(() => parseContent('x', text.replace('## Idea', '## Ideas'))).toThrow(/must have the sections Idea, .*, got Ideas/);
    expect(() => parseContent('x', '')).toThrow(/must have the sections .* got none/);
  });
});

describe('declaration', () => {
  const source = [
    "import { a } from 'a';",
    '/** One. */',
    'const one = 1;',
    '',
    '/**',
    ' * Two.',
    ' */',
    'export function two(x: number): number {',
    '  return x;',
    '}',
    'function six(',
    '  x: number,',
    '): number {',
    '  return x;',
    '}',
    'export const three = make({',
    '  id: 3,',
    '});',
    'class Four {',
    '  five() {}',
    '}',
  ].join('\n');

  test('is cut out with its comment', () => {
    expect(declaration(source, 'one')).toBe('/** One. */\nconst one = 1;');
    expect(declaration(source, 'two')).toBe('/**\n * Two.\n */\nexport function two(x: number): number {\n  return x;\n}');
    expect(declaration(source, 'six')).toBe('function six(\n  x: number,\n): number {\n  return x;\n}');
    expect(declaration(source, 'three')).toBe('export const three = make({\n  id: 3,\n});');
    expect(declaration(source, 'Four')).toBe('class Four {\n  five() {}\n}');
  });

  test('must be there', () => {
    expect(() => declaration(source, 'five')).toThrow(/the file must declare five/);
  });
});

test('content is of algorithms alone, and of hindsight', () => {
  for (const id of ['her', ...algorithmIds]) expect(existsSync(join(contentFolder, 'algorithms', `${id}.md`)), id).toBe(true);
});
