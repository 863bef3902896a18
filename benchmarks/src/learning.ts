/**
 * `pnpm bench learning [--algo ppo] [--env CartPole-v1] [--seeds 1-5] [--write]`: does every preset reach its threshold?
 *
 * Each algorithm is trained with its preset for each environment and seed, then plays 100 greedy episodes in which no run trains.
 * `--from <run folder>` takes the result of a run of `zpin train` instead: long ones are better run there,
 * where they can be stopped and resumed. `--write` puts each row, as soon as it is there, into `benchmarks/results/learning.json`
 * and draws `learning.md` from all rows there;
 * `--draw` only does the latter.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '@zpin/core';
import { listEnvs } from '@zpin/envs';
import { type AlgorithmId, algorithmIds, loadAlgorithm, openRun } from 'zpin';
import { publishedCell, sources } from './lib/published.ts';
import { SEEDING, SEEDING_NOTE, type Seeded, seedingMark } from './lib/seeding.ts';
import { table } from './lib/table.ts';

const EVALUATION_EPISODES = 100;
/** All agents play the same episodes, in which none was trained. */
const EVALUATION_SEED = 1_000_000;

/** One trained and evaluated agent. */
interface Row extends Seeded {
  readonly algo: string;
  readonly env: string;
  readonly seed: number;
  /** Environment steps of training. */
  readonly steps: number;
  readonly evalReturnMean: number;
  readonly evalReturnStd: number;
  /** Share of the evaluated episodes that reached their goal; absent where there are none. */
  readonly evalSuccessRate?: number;
  readonly wallSeconds: number;
}

const { values: flags } = parseArgs({
  options: {
    algo: { type: 'string' },
    env: { type: 'string' },
    seeds: { type: 'string', default: '1-5' },
    from: { type: 'string' },
    write: { type: 'boolean', default: false },
    draw: { type: 'boolean', default: false },
  },
});
const [first, last = first] = flags.seeds.split('-').map(Number);
const engine = await createEngine('onnx');
if (flags.draw) await write([]);
else if (flags.from !== undefined) await report(rowOf(flags.from));
else
  for (const id of algorithmIds) {
    if (flags.algo && flags.algo !== id) continue;
    const { learnsFrom, presets } = await loadAlgorithm(id);
    // What learns from data is measured by `pnpm bench offline`.
    if (learnsFrom === 'dataset') continue;
    for (const env of Object.keys(presets)) {
      if (flags.env && flags.env !== env) continue;
      for (let seed = first; seed <= last; seed++) await report(await trainAndEvaluate(id, env, seed));
    }
  }

async function report(row: Row): Promise<void> {
  if (flags.write) await write([row]);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** What `zpin train` left of a finished run; its evaluation has other seeds of the environment, but as many episodes. */
function rowOf(folder: string): Row {
  const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8'));
  const { algo, env, seed, steps, evalReturnMean, evalReturnStd, evalSuccessRate, wallSeconds } = summary;
  const hasSuccess = typeof evalSuccessRate === 'number';
  return {
    algo,
    env,
    seed,
    steps,
    evalReturnMean: rounded(evalReturnMean),
    evalReturnStd: rounded(evalReturnStd),
    ...(hasSuccess && { evalSuccessRate: rounded(evalSuccessRate) }),
    wallSeconds: rounded(wallSeconds),
    seeding: SEEDING,
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

async function trainAndEvaluate(algo: AlgorithmId, env: string, seed: number): Promise<Row> {
  const run = await openRun(algo, env, { seed, engine });
  for await (const _ of run.events());
  const { meanReturn, stdReturn, successRate } = await run.evaluate({ episodes: EVALUATION_EPISODES, seed: EVALUATION_SEED });
  run.dispose();
  return {
    algo,
    env,
    seed,
    steps: run.step,
    evalReturnMean: rounded(meanReturn),
    evalReturnStd: rounded(stdReturn),
    ...(successRate !== undefined && { evalSuccessRate: rounded(successRate) }),
    wallSeconds: rounded(run.wallSeconds),
    seeding: SEEDING,
  };
}

/** Replaces the rows of the same algorithm, environment and seed, and draws the table anew. */
async function write(fresh: readonly Row[]): Promise<void> {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('learning.json', folder);
  const key = ({ algo, env, seed }: Row) => `${algo} ${env} ${String(seed).padStart(4, '0')}`;
  const old: Row[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const all = [...new Map([...old, ...fresh].map(row => [key(row), row])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  writeFileSync(file, `[\n${all.map(row => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
  writeFileSync(new URL('learning.md', folder), await markdown(all));
}

async function markdown(all: readonly Row[]): Promise<string> {
  const groups = [...groupByPreset(all).values()];
  const cells = groups.map(async group => {
    const [{ algo, env, steps }] = group;
    const means = group.map(row => row.evalReturnMean);
    const shown = group.map(row =>
      row.evalSuccessRate === undefined
        ? row.evalReturnMean
        : `${row.evalReturnMean} (${Math.round(100 * row.evalSuccessRate)} %)`,
    );
    const threshold = listEnvs().find(entry => entry.spec.id === env)?.spec.rewardThreshold ?? null;
    const reached = threshold === null ? '–' : `${means.filter(mean => mean >= threshold).length} of ${means.length}`;
    const options = (await loadAlgorithm(algo)).presets[env]?.envOptions;
    return [
      `${algo}${seedingMark(group)}`,
      options ? `${env} ${JSON.stringify(options)}` : env,
      steps.toLocaleString('en'),
      shown.join(', '),
      String(threshold ?? '–'),
      reached,
      publishedCell(algo, env),
      `pnpm bench learning --algo ${algo} --env ${env}`,
    ];
  });
  const lines = await Promise.all(cells);
  const sourceList = Object.entries(sources)
    .map(([name, text]) => `- ${name}: ${text}.`)
    .join('\n');
  const head = [
    'algorithm',
    'environment',
    'steps',
    'mean return (and success) of 100 greedy episodes, by seed',
    'threshold',
    'reached',
    'published (steps)',
    'command',
  ];
  const about = 'Presets as they are in the packages, seeds from 1 on. Written by `pnpm bench learning --write`.';
  const note = seedingMark(all) === '' ? [] : [SEEDING_NOTE];
  return `${['# Learning', about, table(head, lines), ...note, 'Published results:', sourceList].join('\n\n')}\n`;
}

function groupByPreset(all: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of all) groups.set(`${row.algo}|${row.env}`, [...(groups.get(`${row.algo}|${row.env}`) ?? []), row]);
  return groups;
}
