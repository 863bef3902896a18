import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createEngine } from '@zpin/core';
import { expect, test } from 'vitest';
import { loadAlgorithm, openRun } from 'zpin';
import { inScratchFolder } from '../../tools/testing/scratch-folder.ts';
import { comparisonPicture } from '../src/lib/learning/comparisons.ts';
import { learningPage } from '../src/lib/learning/page.ts';
import { missingJobs, type Planned, seedsWanted } from '../src/lib/learning/plan.ts';
import { type Answer, inProcesses } from '../src/lib/learning/processes.ts';
import {
  type LearningRun,
  type PresetSettings,
  presetSettings,
  readResults,
  sameSettings,
  withRuns,
  writeResult,
} from '../src/lib/learning/results.ts';
import { interquartileMean, summarize } from '../src/lib/learning/statistics.ts';
import { folderName, type Job, trainRun } from '../src/lib/learning/train-run.ts';

const scratch = inScratchFolder();

const settings: PresetSettings = { algo: 'dqn', env: 'CartPole-v1', steps: 1000, config: { gamma: 0.9, batchSize: 32 } };

function runOf(seed: number, greedy: number, seconds = 10): LearningRun {
  return { seed, episodes: 100, greedy, deviation: 0, training: greedy, seconds, measured: '2026-11-29', curve: [null, greedy] };
}

test('the interquartile mean leaves out the lowest and the highest quarter', () => {
  expect(interquartileMean([100, 1, 3, 2])).toBe(2.5);
  // Of five values one on each side goes, of three none.
  expect(interquartileMean([0, 10, 20, 60, 1000])).toBe(30);
  expect(interquartileMean([0, 3, 6])).toBe(3);
});

test('the interval holds the mean of the middle, is narrow where seeds agree, and the same each time', () => {
  const wide = summarize([10, 200, 350, 420, 480, 490, 500, 500]);
  const [low, high] = wide.interval ?? [0, 0];
  expect(low).toBeLessThan(wide.interquartileMean);
  expect(high).toBeGreaterThan(wide.interquartileMean);
  expect(low).toBeGreaterThanOrEqual(10);
  expect(high).toBeLessThanOrEqual(500);
  expect(summarize([7, 7, 7]).interval).toEqual([7, 7]);
  expect(summarize([7, 8]).interval).toBeNull();
  expect(summarize([10, 200, 350, 420, 480, 490, 500, 500])).toEqual(wide);
});

test('the interval covers the mean of a normal distribution about as often as it says', async () => {
  const { Rng } = await import('@zpin/contracts');
  const rng = new Rng(3);
  let covered = 0;
  for (let i = 0; i < 40; i++) {
    const [low, high] = summarize(Array.from({ length: 20 }, () => rng.standardNormal())).interval ?? [1, 0];
    if (low <= 0 && 0 <= high) covered++;
  }
  // 95 % of 40 is 38; the bootstrap of so few values is known to cover somewhat less.
  expect(covered).toBeGreaterThanOrEqual(34);
  expect(covered).toBeLessThan(40);
});

test('what trains longer gets fewer seeds, and what nobody measured one', () => {
  expect(seedsWanted({ runs: [] })).toBe(1);
  expect(seedsWanted({ runs: [runOf(1001, 0, 120)] })).toBe(20);
  expect(seedsWanted({ runs: [runOf(1001, 0, 121)] })).toBe(5);
  expect(seedsWanted({ runs: [runOf(1001, 0, 1201)] })).toBe(3);
});

test('missing runs come in order of their time, without those that are there', () => {
  const slow: Planned = {
    settings: { ...settings, env: 'Hopper-v5' },
    runs: [1001, 1003].map(seed => runOf(seed, 1, 2000)),
    secondsBefore: null,
  };
  const quick: Planned = { settings, runs: [runOf(1001, 500, 200)], secondsBefore: null };
  const jobs = missingJobs([slow, quick], null, Number.POSITIVE_INFINITY);
  expect(jobs.map(({ settings: { env }, seed }) => `${env} ${seed}`)).toEqual([
    ...[1002, 1003, 1004, 1005].map(seed => `CartPole-v1 ${seed}`),
    'Hopper-v5 1002',
  ]);
  expect(missingJobs([slow, quick], [1001, 7], 300)).toEqual([{ settings, seed: 7 }]);
});

test('a preset measured on later seeds goes on from the first of them', () => {
  const mended: Planned = { settings, runs: [1021, 1022, 1024].map(seed => runOf(seed, 500, 500)), secondsBefore: null };
  expect(missingJobs([mended], null, Number.POSITIVE_INFINITY).map(({ seed }) => seed)).toEqual([1023, 1025]);
});

test('a setting that changed makes results old, one that is new does not', () => {
  const said = { batchSize: 32 };
  expect(sameSettings(settings, { ...settings, config: { ...settings.config, added: 'off' } }, said)).toBe(true);
  expect(sameSettings(settings, { ...settings, config: { gamma: 0.99, batchSize: 32 } }, said)).toBe(false);
  expect(sameSettings(settings, { ...settings, config: { ...settings.config, added: 'on' } }, { ...said, added: 'on' })).toBe(
    false,
  );
  expect(sameSettings(settings, { ...settings, config: { batchSize: 32 } }, said)).toBe(false);
  expect(sameSettings(settings, { ...settings, steps: 2000 }, said)).toBe(false);
  expect(sameSettings(settings, { ...settings, envOptions: { wrappers: ['x'] } }, said)).toBe(false);
});

test('results are written a line to a seed, read again, and drawn', () => {
  const folder = pathToFileURL(`${join(scratch, 'results')}/`);
  const first = withRuns(settings, 475, [runOf(1002, 300)], [runOf(1001, 500), runOf(1003, 480)]);
  writeResult(first, folder);
  writeResult(withRuns({ ...settings, env: 'MinAtar/Breakout-v1' }, null, [], [runOf(1001, 12)]), folder);
  expect(readResults(folder)).toEqual([first, expect.objectContaining({ env: 'MinAtar/Breakout-v1' })]);
  expect(readFileSync(new URL('dqn/CartPole-v1.json', folder), 'utf8').match(/"seed":/g)).toHaveLength(3);
  expect(first.summary).toMatchObject({ seeds: 3, mean: 1280 / 3, worst: 300, reached: 2 / 3 });
  const old = { algo: 'ppo', env: 'CartPole-v1', seed: 1, steps: 100_000, evalReturnMean: 499, wallSeconds: 5 };
  const page = learningPage(readResults(folder), [old, { ...old, algo: 'dqn' }], ({ env }) => env === 'CartPole-v1');
  const row = page.split('\n').find(line => line.startsWith('| dqn  '));
  expect(row).toMatch(/ CartPole-v1 .* 1,000 .* 3 .* 426\.7 .* 300 .* 475 .* 2 of 3 /);
  expect(page).toMatch(/dqn ‡ .*MinAtar\/Breakout-v1/);
  // What was measured before stands apart, but for what has new results.
  expect(page.split('Not measured anew yet')[1]).toMatch(/ppo .* CartPole-v1 .* 499 /);
  expect(page.split('Not measured anew yet')[1]).not.toMatch(/dqn/);
});

test('curves of different lengths are drawn over the same steps', () => {
  const curve = Array.from({ length: 100 }, (_, k) => (k % 2 === 0 ? k : null));
  const runs = [{ ...runOf(1001, 50), curve }];
  const results = ['dqn', 'ppo'].map((algo, i) => withRuns({ ...settings, algo, steps: 1000 * (i + 1) }, null, [], runs));
  const comparison = { name: 'both', title: 'Both', env: 'CartPole-v1', algorithms: ['ppo', 'dqn', 'td3'] };
  const picture = comparisonPicture(comparison, results);
  const lines = [...(picture ?? '').matchAll(/<path d="([^"]*)"[^>]* stroke-width="2"/g)];
  const lengths = lines.map(([, path]) => path.match(/[ML]/g)?.length);
  expect(lengths).toEqual([100, 50]);
  expect(picture).toContain('ppo (1)');
  expect(comparisonPicture(comparison, results.slice(1))).toBeNull();
});

test('a run that was stopped comes to the same as one that was not', async () => {
  const engine = await createEngine('onnx');
  const small: PresetSettings = {
    ...presetSettings(await loadAlgorithm('dqn'), 'CartPole-v1'),
    steps: 1500,
  };
  const whole = await trainRun({ settings: small, seed: 5 }, engine, join(scratch, 'whole'));
  const saveTo = join(scratch, 'parts', folderName(small, 5));
  const { steps, config } = small;
  const stopped = await openRun(
    'dqn',
    'CartPole-v1',
    { seed: 5, steps, config, engine, saveTo, preset: false },
    { concludes: true },
  );
  for await (const event of stopped.events()) if (event.step >= 700) break;
  stopped.dispose();
  const inParts = await trainRun({ settings: small, seed: 5 }, engine, join(scratch, 'parts'));
  expect({ ...inParts, seconds: 0 }).toEqual({ ...whole, seconds: 0 });
  expect(whole.curve).toHaveLength(100);
  expect(whole.curve.some(value => value !== null)).toBe(true);
  // Nothing is left of runs that are over.
  expect(readdirSync(join(scratch, 'parts'))).toEqual([]);
});

test('processes answer each job once, and a process that dies costs one run', async () => {
  const jobs: Job[] = [1, 2, 3, 4, 5, 6].map(seed => ({ settings, seed }));
  const answers = new Map<number, Answer>();
  await inProcesses(
    { program: fileURLToPath(new URL('answering-process.mjs', import.meta.url)), argument: '--work', count: 2 },
    () => jobs.shift() ?? null,
    ({ seed }, answer) => answers.set(seed, answer),
  );
  expect([...answers.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6]);
  expect(answers.get(3)).toEqual({ error: 'its process ended by exit code 7' });
  expect(answers.get(4)).toEqual({ error: 'no such environment' });
  expect(answers.get(6)).toEqual({ run: { seed: 6, greedy: 6 } });
});
