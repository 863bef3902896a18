/**
 * `pnpm bench learning [--algo ppo,trpo] [--env CartPole-v1] [--seeds 1001-1020] [--longest 120] [--jobs 2] [--write]`: what the presets come
 * to on seeds that nobody looked at.
 *
 * Measures what is missing, the shortest runs first, and writes each run as soon as it is there, into
 * `benchmarks/results/learning/ALGORITHM/ENVIRONMENT.json` and draws `learning.md` and the pictures of `lib/learning/comparisons.ts`. Stopped at any moment it goes on where it was: runs that are over are
 * kept, runs under way continue from their last checkpoint. A preset whose settings change is measured anew.
 *
 * Without `--write` it prints and keeps nothing: for choosing settings, on seeds below 100, with `--config '{"learningRate":1e-3}'` and
 * `--steps` in place of the preset's. `--list` says what is missing, `--draw` only draws the table.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type AnyAlgorithm, createEngine, isFamily, parseConfig } from '@zpin/core';
import { listEnvs } from '@zpin/envs';
import { algorithmIds, loadAlgorithm } from 'zpin';
import { comparisonPicture, comparisons } from './lib/learning/comparisons.ts';
import { learningPage, type OldRow } from './lib/learning/page.ts';
import { FIRST_SEED, missingJobs, type Planned, secondsBefore, secondsOf } from './lib/learning/plan.ts';
import { type Answer, answerJobs, inProcesses } from './lib/learning/processes.ts';
import {
  type PresetResult,
  type PresetSettings,
  presetSettings,
  readResults,
  sameSettings,
  withRuns,
  writeResult,
} from './lib/learning/results.ts';
import { type Job, trainRun } from './lib/learning/train-run.ts';

const WORKER = '--train-what-is-sent';
const RESULTS = new URL('../results/', import.meta.url);
const LEARNING = new URL('learning/', RESULTS);
/** Where runs are kept until they are over. */
const RUNS = fileURLToPath(new URL('../../runs/learning/', import.meta.url));

if (process.argv[2] === WORKER) {
  const engine = await createEngine();
  answerJobs(job => trainRun(job, engine, RUNS));
} else {
  await main();
}

async function main(): Promise<void> {
  const { values: flags } = parseArgs({
    options: {
      algo: { type: 'string' },
      env: { type: 'string' },
      seeds: { type: 'string' },
      longest: { type: 'string', default: 'Infinity' },
      jobs: { type: 'string', default: '1' },
      config: { type: 'string' },
      steps: { type: 'string' },
      write: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      draw: { type: 'boolean', default: false },
    },
  });
  const seeds = flags.seeds === undefined ? null : range(flags.seeds);
  if (flags.write && (flags.config !== undefined || flags.steps !== undefined))
    throw new Error(
      'learning: --write must go with presets as they are, got --config or --steps. Put them into the preset first.',
    );
  if (flags.write && seeds?.some(seed => seed < FIRST_SEED))
    throw new Error(
      `learning: --write must go with seeds from ${FIRST_SEED} on, got ${flags.seeds}. Lower ones choose settings.`,
    );
  const algorithms = await measuredAlgorithms();
  if (flags.draw) return draw(algorithms);
  const planned = plan(algorithms, flags);
  const missing = () => missingJobs(planned, seeds, Number(flags.longest));
  if (flags.list) return list(planned, missing());
  await measure(planned, missing, Number(flags.jobs), flags.write ? algorithms : null);
}

/** All that are trained in environments; what learns from data is measured by `pnpm bench offline`. */
async function measuredAlgorithms(): Promise<AnyAlgorithm[]> {
  const all = await Promise.all(algorithmIds.map(id => loadAlgorithm(id)));
  return all.filter(({ learnsFrom }) => learnsFrom !== 'dataset');
}

interface Choice {
  readonly algo?: string | undefined;
  readonly env?: string | undefined;
  readonly config?: string | undefined;
  readonly steps?: string | undefined;
  readonly write: boolean;
  readonly list: boolean;
}

/** The presets that are asked for, with what is known of each. */
function plan(algorithms: readonly AnyAlgorithm[], { algo, env, config, steps, write, list: lists }: Choice): Planned[] {
  const results = readResults(LEARNING);
  const old = oldRows();
  // A preset of a family names no environment that could be trained.
  const asked = algorithms
    .filter(({ id }) => algo === undefined || algo.split(',').includes(id))
    .flatMap(algorithm => Object.keys(algorithm.presets).map(name => ({ algorithm, name })))
    .filter(({ name }) => (env === undefined ? !isFamily(name) : name === env));
  return asked.map(({ algorithm, name }) => {
    const preset = presetSettings(algorithm, name);
    const raw = { ...preset.config, ...JSON.parse(config ?? '{}') };
    const settings: PresetSettings = {
      ...preset,
      config: parseConfig(algorithm.config, raw, 'learning') as PresetSettings['config'],
      ...(steps !== undefined && { steps: Number(steps) }),
    };
    const measured = results.find(result => isCurrent(result, algorithm, name));
    return {
      settings,
      runs: (write || lists) && measured ? measured.runs : [],
      secondsBefore: secondsBefore(results, old, settings),
    };
  });
}

function isCurrent(result: PresetResult, algorithm: AnyAlgorithm, env: string): boolean {
  return sameSettings(result, presetSettings(algorithm, env), algorithm.presets[env].config);
}

function list(planned: readonly Planned[], missing: readonly Job[]): void {
  for (const preset of planned) {
    const left = missing.filter(({ settings }) => settings === preset.settings).length;
    if (left === 0) continue;
    const { algo, env } = preset.settings;
    process.stdout.write(`${algo} ${env}: ${left} to do, about ${Math.round(secondsOf(preset))} s each\n`);
  }
}

/** @param writes the algorithms of the whole table, or null when nothing is written */
async function measure(
  planned: readonly Planned[],
  missing: () => Job[],
  count: number,
  writes: readonly AnyAlgorithm[] | null,
): Promise<void> {
  const begun = new Set<string>();
  const key = ({ settings: { algo, env }, seed }: Job) => `${algo} ${env} ${seed}`;
  const next = () => {
    const job = missing().find(candidate => !begun.has(key(candidate))) ?? null;
    if (job) begun.add(key(job));
    return job;
  };
  const done = (job: Job, answer: Answer) => {
    if ('error' in answer) {
      process.exitCode = 1;
      process.stdout.write(`${key(job)}: failed: ${answer.error}\n`);
      return;
    }
    const preset = planned.find(({ settings }) => settings === job.settings);
    if (!preset) throw new Error(`learning: a job must be of a planned preset, got ${key(job)}. Plan it first.`);
    const { curve: _, ...shown } = answer.run;
    process.stdout.write(`${job.settings.algo} ${job.settings.env} ${JSON.stringify(shown)}\n`);
    const result = withRuns(job.settings, thresholdOf(job.settings.env), preset.runs, [answer.run]);
    preset.runs = result.runs;
    if (!writes) return;
    writeResult(result, LEARNING);
    draw(writes);
  };
  await inProcesses({ program: process.argv[1], argument: WORKER, count }, next, done);
}

function thresholdOf(env: string): number | null {
  return listEnvs().find(({ spec }) => spec.id === env)?.spec.rewardThreshold ?? null;
}

/** The table, and the pictures of what was measured. */
function draw(algorithms: readonly AnyAlgorithm[]): void {
  const results = readResults(LEARNING);
  const page = learningPage(results, oldRows(), result => {
    const algorithm = algorithms.find(({ id }) => id === result.algo);
    return algorithm !== undefined && Object.hasOwn(algorithm.presets, result.env) && isCurrent(result, algorithm, result.env);
  });
  writeFileSync(new URL('learning.md', RESULTS), page);
  for (const comparison of comparisons) {
    const picture = comparisonPicture(comparison, results);
    if (picture) writeFileSync(new URL(`${comparison.name}.svg`, LEARNING), picture);
  }
}

/** What was measured by the rule of seeds of before. */
function oldRows(): OldRow[] {
  const file = new URL('learning.json', RESULTS);
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
}

/** Seeds from `1001`, `1001-1020` or `3,5,8`. */
function range(text: string): number[] {
  const seeds = text.split(',').flatMap(part => {
    const [first, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
  if (seeds.length > 0 && seeds.every(seed => Number.isSafeInteger(seed) && seed >= 0)) return seeds;
  throw new Error(`learning: --seeds must be seeds such as 1001-1020 or 3,5,8, got "${text}". Write them like that.`);
}
