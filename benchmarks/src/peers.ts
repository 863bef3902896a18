/**
 * `pnpm check:peers`: plays seeded episodes with Gymnasium and here, and tells how many are equal. `--python` and `--robotics` are
 * interpreters with what `python/peers.txt` and `python/peers-robotics.txt` name; a group whose interpreter is missing is left out.
 * The first one also plays what `lib/bridge-checks.ts` tries with the bridge to Python. `--tensorboard` is an interpreter with what
 * `python/peers-tensorboard.txt` names: it reads event files of a run. `--optuna` is one with what `python/peers-optuna.txt` names:
 * it searches beside `@zpin/sweep`, which has a table in a file of its own and takes 20 of the seeds, and works with it on one journal.
 * `--loggers` is one with what `python/peers-loggers.txt` names: MLflow and Weights & Biases, which the programs of the guide send a run to.
 * `--seeds 1001:40` are 40 seeds from 1001 on, `--only box2d,fetch` some groups; `--write` stores the table.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadEnv } from '@zpin/envs';
import { bridgeChecks } from './lib/bridge-checks.ts';
import { journalChecks } from './lib/journal-checks.ts';
import { loggerChecks } from './lib/logger-checks.ts';
import { largestDifference, PEER_GROUPS, type PeerEpisode, type PeerGroup } from './lib/peer-episodes.ts';
import { samplingComparisons } from './lib/sampling-checks.ts';
import { table } from './lib/table.ts';
import { tensorboardChecks } from './lib/tensorboard-checks.ts';

const { values: flags } = parseArgs({
  options: {
    python: { type: 'string' },
    robotics: { type: 'string' },
    tensorboard: { type: 'string' },
    optuna: { type: 'string' },
    loggers: { type: 'string' },
    seeds: { type: 'string', default: '1001:40' },
    only: { type: 'string' },
    write: { type: 'boolean', default: false },
  },
});
const [firstSeed, seedCount] = flags.seeds.split(':').map(Number);
if (!(Number.isInteger(firstSeed) && firstSeed >= 0 && Number.isInteger(seedCount) && seedCount > 0)) {
  process.stderr.write(`check:peers: --seeds must be like 1001:40, got "${flags.seeds}". Give the first seed and how many.\n`);
  process.exit(2);
}

function record({ python, steps, envs, seeds = seedCount }: PeerGroup): Record<string, PeerEpisode[]> {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-peers-'));
  const file = join(folder, 'episodes.json');
  const recorder = fileURLToPath(new URL('../python/record_episodes.py', import.meta.url));
  const args = [recorder, file, String(steps), String(firstSeed), String(Math.min(seeds, seedCount)), ...Object.keys(envs)];
  execFileSync(flags[python] ?? python, args, { stdio: ['ignore', 'ignore', 'ignore'] });
  const { episodes } = JSON.parse(readFileSync(file, 'utf8')) as { episodes: Record<string, PeerEpisode[]> };
  rmSync(folder, { recursive: true });
  return episodes;
}

/** What was tried with the bridge to Python, as a table. */
async function bridgeTable(): Promise<string> {
  const isWanted = flags.only === undefined || flags.only.split(',').includes('bridge');
  if (!isWanted || flags.python === undefined) return 'left out: the bridge to Python';
  process.env.ZPIN_PYTHON = resolve(flags.python);
  process.env.PYTHONPATH = fileURLToPath(new URL('../python', import.meta.url));
  const checks = await bridgeChecks();
  missed += checks.filter(({ isMet }) => !isMet).length;
  const lines = checks.map(({ name, found, isMet }) => [name, `${found}${isMet ? '' : ' (missed)'}`]);
  return `## The bridge to Python\n\n${table(['what', 'found'], lines)}`;
}

/** What the real TensorBoard finds in event files, as a table. */
async function tensorboardTable(): Promise<string> {
  const isWanted = flags.only === undefined || flags.only.split(',').includes('tensorboard');
  if (!isWanted || flags.tensorboard === undefined) return 'left out: TensorBoard';
  const checks = await tensorboardChecks(resolve(flags.tensorboard));
  missed += checks.filter(({ isMet }) => !isMet).length;
  const lines = checks.map(({ name, found, isMet }) => [name, `${found}${isMet ? '' : ' (missed)'}`]);
  return `## TensorBoard\n\n${table(['what it finds', 'found'], lines)}`;
}

/** What was tried with the real Optuna on one journal, as a table. */
async function journalTable(): Promise<string> {
  const isWanted = flags.only === undefined || flags.only.split(',').includes('journal');
  if (!isWanted || flags.optuna === undefined) return 'left out: journals with Optuna';
  const checks = await journalChecks(resolve(flags.optuna));
  missed += checks.filter(({ isMet }) => !isMet).length;
  const lines = checks.map(({ name, found, isMet }) => [name, `${found}${isMet ? '' : ' (missed)'}`]);
  return `## Journals with Optuna\n\n${table(['what', 'found'], lines)}`;
}

/** Searches beside Optuna's, as a table. */
function samplingTable(): string {
  const isWanted = flags.only === undefined || flags.only.split(',').includes('optuna');
  if (!isWanted || flags.optuna === undefined) return 'left out: Optuna';
  const seeds = Math.min(20, seedCount);
  const comparisons = samplingComparisons(resolve(flags.optuna), firstSeed, seeds);
  missed += comparisons.filter(({ isMet }) => !isMet).length;
  const samplers = Object.keys(comparisons[0].regrets);
  const lines = comparisons.map(({ objective, regrets, ratio, isMet }) => [
    objective,
    ...samplers.map(sampler => regrets[sampler].toPrecision(3)),
    `${ratio.toFixed(2)}${isMet ? '' : ' (missed)'}`,
  ]);
  const found = table(['function', ...samplers, "zpin's of Optuna's"], lines);
  if (flags.write) {
    const intro = [
      '# Searches beside Optuna',
      '',
      'Written by `pnpm check:peers --optuna … --write`, with Optuna 5.0.0. Median over seeds of how far the trial that looks best is from the',
      'optimum, after 100 trials; smaller is better. The surrogate is made to look like a training: six parameters, noise, and one run in ten that',
      'collapses; what counts is its true value. At most 1.2 times the regret of Optuna is asked for.',
    ].join('\n');
    const seedText = `Seeds ${firstSeed} to ${firstSeed + seeds - 1}.`;
    writeFileSync(new URL('../results/sampling.md', import.meta.url), `${intro}\n\n${seedText}\n\n${found}\n`);
  }
  return `## Searches beside Optuna\n\n${found}`;
}

/** What MLflow and Weights & Biases keep of a run, as a table. */
async function loggersTable(): Promise<string> {
  const isWanted = flags.only === undefined || flags.only.split(',').includes('loggers');
  if (!isWanted || flags.loggers === undefined) return 'left out: MLflow, Weights & Biases';
  const checks = await loggerChecks(resolve(flags.loggers));
  missed += checks.filter(({ isMet }) => !isMet).length;
  const lines = checks.map(({ name, found, isMet }) => [name, `${found}${isMet ? '' : ' (missed)'}`]);
  return `## MLflow, Weights & Biases\n\n${table(['what it keeps', 'found'], lines)}`;
}

const rows: string[][] = [];
let missed = 0;
for (const group of PEER_GROUPS) {
  if (flags.only !== undefined && !flags.only.split(',').includes(group.name)) continue;
  if (flags[group.python] === undefined) {
    process.stdout.write(`left out: ${group.name}, for want of --${group.python}\n`);
    continue;
  }
  // A path as it is meant here, wherever Python is started.
  process.env.ZPIN_PYTHON = resolve(flags[group.python] as string);
  const recorded = record(group);
  for (const [id, bar] of Object.entries(group.envs)) {
    if (!group.isBridged) await loadEnv(id);
    const differences = recorded[id].map(episode => largestDifference(id, episode, group.isBridged));
    const equal = differences.filter(difference => difference <= group.tolerance);
    const isMet = equal.length >= bar * differences.length;
    if (!isMet) missed++;
    rows.push([
      group.isBridged ? `gymnasium:${id}` : id,
      String(group.steps),
      String(group.tolerance),
      `${equal.length} of ${differences.length}`,
      `${Math.round(100 * bar)} %${isMet ? '' : ' (missed)'}`,
      String(differences.filter(difference => difference === 0).length),
      equal.length === 0 ? '–' : Math.max(...equal).toExponential(1),
    ]);
  }
}
const head = ['environment', 'steps', 'tolerance', 'equal', 'bar', 'to the bit', 'largest difference of the equal'];
const text = `Seeds ${firstSeed} to ${firstSeed + seedCount - 1}, random actions, Node ${process.version}.\n\n${table(head, rows)}`;
process.stdout.write(`${text}\n`);
const bridge = await bridgeTable();
process.stdout.write(`\n${bridge}\n`);
const board = await tensorboardTable();
process.stdout.write(`\n${board}\n`);
process.stdout.write(`\n${samplingTable()}\n`);
process.stdout.write(`\n${await journalTable()}\n`);
const loggers = await loggersTable();
process.stdout.write(`\n${loggers}\n`);
if (flags.write && rows.length > 0) {
  const intro = [
    '# Episodes beside Gymnasium',
    '',
    'Written by `pnpm check:peers --write`, with Gymnasium 1.4.0 (MuJoCo 3.3.7) and Gymnasium-Robotics 1.4.2 (MuJoCo 3.9.0). Observations are',
    'compared as singles, rewards as doubles. Of CarRacing, track and rewards are compared. A puck of FetchSlide that',
    'was hit wobbles on its edge, which is chaotic: in the original itself, moving it by 10⁻¹² m parts 5 of 40 such episodes by more than 10⁻³.',
    'Environments that begin with `gymnasium:` are played here through `@zpin/python`, by the same Python: those must be equal to the bit.',
  ].join('\n');
  writeFileSync(new URL('../results/peers.md', import.meta.url), `${intro}\n\n${text}\n\n${bridge}\n\n${board}\n\n${loggers}\n`);
}
process.exitCode = missed === 0 ? 0 : 1;
