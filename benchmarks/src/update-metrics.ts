/**
 * `pnpm bench update-metrics [--algo A,B] [--write]`: what each algorithm reports of its updates in one run of a preset, thinned, so that the
 * documentation can show what healthy curves look like. `--write` stores one file per algorithm in `benchmarks/results/update-metrics`.
 */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { AnyAlgorithm } from '@zpin/core';
import { type AlgorithmId, loadAlgorithm, openRun, type RunOptions, train } from 'zpin';
import { algorithmIds } from 'zpin/catalog';
import { FIRST_SEED } from './lib/learning/plan.ts';

/** Parts of a run over which a metric is averaged. */
const POINTS = 60;
/** A run of the first of these that an algorithm has a preset for; tables have the first one to themselves. */
const ENVIRONMENTS = ['CliffWalking-v1', 'CartPole-v1', 'Pendulum-v1', 'KeyDoor-v0'] as const;
/** What makes the data for algorithms that learn from some: all that it plays in training. */
const COLLECTORS: Readonly<Record<string, AlgorithmId>> = {
  'CartPole-v1': 'dqn',
  'Pendulum-v1': 'sac',
  'CliffWalking-v1': 'q-learning',
};
/** Where there is no preset for a small environment. */
const WITHOUT_PRESET: Readonly<Record<string, { env: string; steps: number; config: object }>> = {
  iql: { env: 'Pendulum-v1', steps: 8000, config: { hiddenSizes: [64, 64], batchSize: 128, gamma: 0.95, tau: 0.02 } },
  'td3-bc': { env: 'Pendulum-v1', steps: 8000, config: { hiddenSizes: [64, 64], batchSize: 128, gamma: 0.95, tau: 0.02 } },
  'tabular-bcq': { env: 'CliffWalking-v1', steps: 5000, config: {} },
};

/** What is stored of a run. */
interface UpdateMetrics {
  readonly algo: string;
  readonly env: string;
  readonly steps: number;
  readonly seed: number;
  /** By metric: its mean in each of `POINTS` equal parts of the run; null where no update reported it. */
  readonly metrics: Readonly<Record<string, readonly (number | null)[]>>;
}

const { values: flags } = parseArgs({ options: { algo: { type: 'string' }, write: { type: 'boolean', default: false } } });
const wanted = flags.algo?.split(',');
const folder = new URL('../results/update-metrics/', import.meta.url);
const scratch = mkdtempSync(join(tmpdir(), 'zpin-update-metrics-'));
try {
  for (const id of algorithmIds) {
    if (wanted && !wanted.includes(id)) continue;
    const result = await measure(await loadAlgorithm(id));
    process.stdout.write(`${id} on ${result.env}: ${Object.keys(result.metrics).join(', ')}\n`);
    if (!flags.write) continue;
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`${id}.json`, folder), serialize(result));
  }
} finally {
  rmSync(scratch, { recursive: true });
}

/** Trains with a preset and sums up what updates report. */
async function measure(algorithm: AnyAlgorithm): Promise<UpdateMetrics> {
  const found = ENVIRONMENTS.find(env => env in algorithm.presets);
  const given = WITHOUT_PRESET[algorithm.id];
  const env = found ?? given?.env;
  if (env === undefined) {
    throw new Error(
      `update-metrics: ${algorithm.id} must have a preset for one of ${ENVIRONMENTS.join(', ')}, got none. Say in the program what to train it on.`,
    );
  }
  const steps = found ? algorithm.presets[found].totalSteps : given.steps;
  const options: RunOptions = {
    ...{ seed: FIRST_SEED, steps },
    ...(!found && { config: given.config }),
    ...(algorithm.learnsFrom === 'dataset' && { dataset: await dataOf(env) }),
  };
  const run = await openRun(algorithm, env, options);
  const sums = new Map<string, { sum: number; count: number }[]>();
  for await (const event of run.events()) {
    if (event.type !== 'update') continue;
    const part = Math.min(POINTS - 1, Math.floor((POINTS * (event.step - 1)) / steps));
    for (const [name, value] of Object.entries(event.metrics)) {
      const parts = sums.get(name) ?? Array.from({ length: POINTS }, () => ({ sum: 0, count: 0 }));
      sums.set(name, parts);
      parts[part].sum += value;
      parts[part].count++;
    }
  }
  run.dispose();
  const means = [...sums].map(([name, parts]) => [
    name,
    parts.map(({ sum, count }) => (count === 0 ? null : Number((sum / count).toPrecision(4)))),
  ]);
  return { algo: algorithm.id, env, steps, seed: FIRST_SEED, metrics: Object.fromEntries(means) };
}

/** A file of data for an environment, made once. */
async function dataOf(env: string): Promise<string> {
  const file = join(scratch, `${env}.zpin`);
  if (!existsSync(file)) {
    const run = await train(COLLECTORS[env], env, { seed: FIRST_SEED, recordDataset: file });
    run.dispose();
  }
  return file;
}

/** One line for each metric. */
function serialize({ metrics, ...about }: UpdateMetrics): string {
  const lines = Object.entries(metrics).map(([name, values]) => `    ${JSON.stringify(name)}: ${JSON.stringify(values)}`);
  const head = JSON.stringify(about, null, 2).slice(0, -2);
  return `${head},\n  "metrics": {\n${lines.join(',\n')}\n  }\n}\n`;
}
