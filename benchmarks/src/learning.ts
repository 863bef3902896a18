/**
 * `pnpm bench learning [--algo ppo] [--env CartPole-v1] [--seeds 1-5] [--write]`: does every preset reach its threshold?
 *
 * Each algorithm is trained with its preset for each environment and seed, then plays 100 greedy episodes on an environment with a seed of
 * its own. `--from <run folder>` takes the result of a run of `zpin train` instead: long ones are better run there, where they can be
 * stopped and resumed. `--write` puts each row, as soon as it is there, into `benchmarks/results/learning.json` and draws `learning.md` from all rows there;
 * `--draw` only does the latter.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Algorithm, createEngine, evaluate } from '@zpin/core';
import { listEnvs, loadEnv, makeVectorEnv } from '@zpin/envs';
import { hindsight } from '@zpin/her';
import { algorithms } from './lib/algorithms.ts';
import { publishedCell, sources } from './lib/published.ts';
import { table } from './lib/table.ts';

const EVALUATION_EPISODES = 100;
/** Far from the seeds of training, so that no evaluated episode was seen. */
const EVALUATION_SEED = 1_000_000;

/** One trained and evaluated agent. */
interface Row {
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
if (flags.draw) write([]);
else if (flags.from !== undefined) report(rowOf(flags.from));
else
  for (const algorithm of algorithms) {
    if (flags.algo && flags.algo !== algorithm.id) continue;
    for (const [id, preset] of Object.entries(algorithm.presets)) {
      if (flags.env && flags.env !== id) continue;
      for (let seed = first; seed <= last; seed++) {
        report(await trainAndEvaluate(algorithm, id, preset, seed));
      }
    }
  }

function report(row: Row): void {
  if (flags.write) write([row]);
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
  };
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

async function trainAndEvaluate(
  algorithm: Algorithm<never>,
  id: string,
  preset: Algorithm<never>['presets'][string],
  seed: number,
): Promise<Row> {
  await loadEnv(id);
  const copies = (preset.config as { numEnvs?: number }).numEnvs ?? 1;
  const env = makeVectorEnv(id, copies, preset.envOptions);
  const agent = await algorithm.create({ spec: env.spec, config: preset.config, seed, engine });
  const start = performance.now();
  const replay = preset.her === undefined ? {} : { makeReplay: hindsight(env, preset.her) };
  for await (const _ of algorithm.train({ agent, env, totalSteps: preset.totalSteps, seed, ...replay }));
  const wallSeconds = (performance.now() - start) / 1000;
  const { meanReturn, stdReturn, successRate } = await evaluate(
    agent,
    makeVectorEnv(id, 10, preset.envOptions),
    EVALUATION_EPISODES,
    EVALUATION_SEED,
  );
  agent.dispose();
  return {
    algo: algorithm.id,
    env: id,
    seed,
    steps: preset.totalSteps,
    evalReturnMean: rounded(meanReturn),
    evalReturnStd: rounded(stdReturn),
    ...(successRate !== undefined && { evalSuccessRate: rounded(successRate) }),
    wallSeconds: rounded(wallSeconds),
  };
}

/** Replaces the rows of the same algorithm, environment and seed, and draws the table anew. */
function write(fresh: readonly Row[]): void {
  const folder = new URL('../results/', import.meta.url);
  mkdirSync(folder, { recursive: true });
  const file = new URL('learning.json', folder);
  const key = ({ algo, env, seed }: Row) => `${algo} ${env} ${String(seed).padStart(4, '0')}`;
  const old: Row[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
  const all = [...new Map([...old, ...fresh].map(row => [key(row), row])).values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  writeFileSync(file, `[\n${all.map(row => `  ${JSON.stringify(row)}`).join(',\n')}\n]\n`);
  writeFileSync(new URL('learning.md', folder), markdown(all));
}

function markdown(all: readonly Row[]): string {
  const groups = groupByPreset(all);
  const lines = [...groups.values()].map(group => {
    const [{ algo, env, steps }] = group;
    const means = group.map(row => row.evalReturnMean);
    const shown = group.map(row =>
      row.evalSuccessRate === undefined
        ? row.evalReturnMean
        : `${row.evalReturnMean} (${Math.round(100 * row.evalSuccessRate)} %)`,
    );
    const threshold = listEnvs().find(entry => entry.spec.id === env)?.spec.rewardThreshold ?? null;
    const reached = threshold === null ? '–' : `${means.filter(mean => mean >= threshold).length} of ${means.length}`;
    const options = algorithms.find(({ id }) => id === algo)?.presets[env]?.envOptions;
    return [
      algo,
      options ? `${env} ${JSON.stringify(options)}` : env,
      steps.toLocaleString('en'),
      shown.join(', '),
      String(threshold ?? '–'),
      reached,
      publishedCell(algo, env),
      `pnpm bench learning --algo ${algo} --env ${env}`,
    ];
  });
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
  return `# Learning\n\nPresets as they are in the packages, seeds from 1 on. Written by \`pnpm bench learning --write\`.\n\n${table(head, lines)}\n\nPublished results:\n\n${sourceList}\n`;
}

function groupByPreset(all: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of all) groups.set(`${row.algo}|${row.env}`, [...(groups.get(`${row.algo}|${row.env}`) ?? []), row]);
  return groups;
}
