import { appendFileSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { formatNumber } from '@zpin/plot';
import type { StoredTrial } from '@zpin/sweep';
import { JournalStudy } from '@zpin/sweep/node';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { RunFolder } from 'zpin/node';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { ChildCommand } from '../src/processes/child-command.ts';
import { readSweep } from '../src/sweep/sweep-plan.ts';
import { sweepText } from '../src/sweep/sweep-texts.ts';
import { judged, trainTrial } from '../src/sweep/trial-runs.ts';
import { FakeIo } from './fake-io.ts';
import { runCli } from './run-cli.ts';

inScratchFolder();
afterEach(() => vi.unstubAllEnvs());

const FILE = `
algorithm: ppo
env: CartPole-v1
steps: 256
trials: 3
seeds: 2
evaluations: 2
evalEpisodes: 2
settings:
  numEnvs: 2
  rolloutLength: 32
  batchSize: 32
  epochs: 2
  hiddenSizes: { choices: [[8], [8, 8]] }
  learningRate: { type: linear, from: { low: 0.0001, high: 0.01, log: true }, to: 0 }
`;

const trialsIn = async (folder: string) =>
  (await JournalStudy.open(`${folder}/journal.log`, { name: 'ppo on CartPole-v1' })).trials();

describe('a sweep', () => {
  let ran: Awaited<ReturnType<typeof runCli>>;
  beforeAll(async () => {
    writeFileSync('sweep.yaml', FILE);
    ran = await runCli(['sweep', 'sweep.yaml', '--out', 'whole']);
  });

  it('trains every trial with every seed, in ordinary run folders', async () => {
    expect([ran.exitCode, ran.err]).toEqual([0, '']);
    expect(ran.out).toContain('ppo on CartPole-v1: 3 trials of 2 seeds, 256 steps each\n');
    expect(ran.out).toMatch(/^trial 2 {2}complete \S+ {2}hiddenSizes \[8(,8)?\], learningRate.from 0\.\d+$/m);
    expect(ran.out).toMatch(/^best: trial \d with/m);
    expect(readdirSync('whole/trials')).toEqual([0, 1, 2].flatMap(n => [`000${n}-seed1`, `000${n}-seed2`]));
    for (const trial of await trialsIn('whole')) {
      const returns = [1, 2].map(seed => {
        const folder = new RunFolder(`whole/trials/000${trial.number}-seed${seed}`);
        const { config, steps } = folder.describe('test') as { config: Record<string, unknown>; steps: number };
        expect(steps).toBe(256);
        expect(config.hiddenSizes).toEqual(JSON.parse(String(trial.params.hiddenSizes)));
        expect(config.learningRate).toEqual({ type: 'linear', from: trial.params['learningRate.from'], to: 0 });
        expect(['policy', 'curve', 'checkpoint'].every(name => folder.has(name as 'policy'))).toBe(true);
        // A trial counts by its end: its best moment is not kept.
        expect(readdirSync(folder.path)).not.toContain('best');
        return JSON.parse(readFileSync(folder.file('summary'), 'utf8')).evalReturnMean as number;
      });
      expect(trial).toMatchObject({ state: 'complete', value: (returns[0] + returns[1]) / 2 });
      expect([...trial.intermediateValues.keys()]).toEqual([128, 256]);
    }
  });

  it('computes with the engine that it is told, and is another one with another', async () => {
    writeFileSync('engine.yaml', FILE.replace('trials: 3', 'trials: 1').replace('seeds: 2', 'seeds: 1'));
    const { exitCode, err } = await runCli(['sweep', 'engine.yaml', '--out', 'engine', '--engine', 'wasm']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(new RunFolder('engine/trials/0000-seed1').describe('test').engine).toBe('wasm');
    const other = await runCli(['sweep', 'engine.yaml', '--out', 'engine']);
    expect(other.err).toMatch(/engine must be what the sweep in .* began with, got "nothing"\. Undo the change/);
    expect(other.exitCode).toBe(2);
    expect((await runCli(['sweep', 'engine.yaml', '--out', 'engine', '--engine', 'wasm'])).exitCode).toBe(0);
    const wrong = await runCli(['sweep', 'engine.yaml', '--out', 'other', '--engine', 'gpu']);
    expect([wrong.exitCode, wrong.err.split('\n').length]).toEqual([2, 2]);
  });

  it('has nothing left to do the second time, and more trials on demand', async () => {
    const before = readFileSync('whole/journal.log', 'utf8');
    expect((await runCli(['sweep', 'sweep.yaml', '--out', 'whole'])).exitCode).toBe(0);
    expect(readFileSync('whole/journal.log', 'utf8')).toBe(before);
    const { out } = await runCli(['sweep', 'sweep.yaml', '--out', 'whole', '--trials', '4', '--json']);
    const told = out
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(told).toMatchObject([{ type: 'trial', number: 3, state: 'complete' }]);
    expect(await trialsIn('whole')).toHaveLength(4);
  });

  it('shows how far it is, and its best settings as a file that zpin train takes', async () => {
    const shown = await runCli(['sweep', 'show', 'whole']);
    expect(shown.out).toMatch(/^ppo on CartPole-v1, 2 seeds of 256 steps each\n4 trials: 4 complete\n/);
    expect(JSON.parse((await runCli(['sweep', 'show', 'whole', '--json'])).out).trialsSoFar).toHaveLength(4);
    const best = await runCli(['sweep', 'best', 'whole']);
    expect([best.exitCode, best.err]).toEqual([0, '']);
    expect(best.out).toMatch(/^zpin sweep best whole --train$/m);
    const argv = ['train', 'ppo', '--env', 'CartPole-v1', '--config', 'whole/best.json', '--steps', '64', '--quiet'];
    expect((await runCli([...argv, '--run-dir', 'fresh', '--eval-episodes', '2'])).exitCode).toBe(0);
    const trials = await trialsIn('whole');
    const largest = Math.max(...trials.map(({ value }) => value as number));
    const winner = trials.find(({ value }) => value === largest);
    expect(new RunFolder('fresh').describe('test').config).toMatchObject({
      learningRate: { type: 'linear', from: winner?.params['learningRate.from'], to: 0 },
    });
  });

  it('compares the best trials on seeds of their own, and trains the winner on fresh ones, once', async () => {
    const { exitCode, out, err } = await runCli(['sweep', 'best', 'whole', '--train', '--json']);
    expect([exitCode, err]).toEqual([0, '']);
    const { freshReturns, finalists, trial } = JSON.parse(out) as {
      freshReturns: number[];
      finalists: { trial: number; returns: number[] }[];
      trial: number;
    };
    const summary = (path: string) => JSON.parse(readFileSync(`whole/${path}/summary.json`, 'utf8'));
    const folder = (number: number, seed: number) => `000${number}-seed${seed}`;
    expect(finalists).toHaveLength(4);
    for (const { trial: number, returns } of finalists) {
      const finals = [3, 4, 5, 6, 7].map(seed => summary(`finals/${folder(number, seed)}`));
      expect(finals).toMatchObject(returns.map((evalReturnMean, i) => ({ evalReturnMean, seed: 3 + i, steps: 256 })));
    }
    const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    expect(mean(finalists.find(each => each.trial === trial)?.returns ?? [])).toBe(
      Math.max(...finalists.map(({ returns }) => mean(returns))),
    );
    expect(readdirSync('whole/best')).toEqual([10, 11, 12, 8, 9].map(seed => folder(trial, seed)));
    const fresh = [8, 9, 10, 11, 12].map(seed => summary(`best/${folder(trial, seed)}`));
    expect(fresh).toMatchObject(freshReturns.map((evalReturnMean, i) => ({ evalReturnMean, seed: 8 + i, steps: 256 })));
    const again = await runCli(['sweep', 'best', 'whole', '--train']);
    expect(again.out).toContain(`mean return of 5 fresh seeds: ${formatNumber(mean(freshReturns))} ± `);
    expect(existsSync('whole/finalist.json')).toBe(false);
  });

  it('that was stopped goes on where it was, to the same end', async () => {
    // At the first signs of life of the second trial.
    const stopped = await runCli(['sweep', 'sweep.yaml', '--out', 'parts'], {
      onWrite: (text, io) => {
        if (text.startsWith('trial 0 ')) io.send('SIGINT');
      },
    });
    expect(stopped.exitCode).toBe(130);
    expect(stopped.err).toBe('Stopped. Go on by the same command; what was trained is in parts.\n');
    expect((await trialsIn('parts')).length).toBeLessThan(3);
    expect((await runCli(['sweep', 'sweep.yaml', '--out', 'parts'])).exitCode).toBe(0);
    const told = async (folder: string) => (await trialsIn(folder)).slice(0, 3).map(({ params, value }) => [params, value]);
    expect(await told('parts')).toEqual(await told('whole'));
  });

  it.each(['trained', 'evaluated'])(
    'takes up the trial of a killed process, one seed %s, with the numbers of an undisturbed one',
    async how => {
      const [first] = await trialsIn('whole');
      const folder = `killed-${how}`;
      mkdirSync(folder);
      cpSync('whole/sweep.json', `${folder}/sweep.json`);
      const study = await JournalStudy.open(`${folder}/journal.log`, { name: 'ppo on CartPole-v1', direction: 'maximize' });
      const begun = await study.begin({ propose: () => ({ space: first.distributions, params: first.params }) });
      // No process has so large a number.
      const system_attr = { 'zpin:worker': { host: hostname(), pid: 2 ** 22 + 1 } };
      const line = { op_code: 9, worker_id: 'x', trial_id: begun?.trial.id, system_attr };
      appendFileSync(`${folder}/journal.log`, `${JSON.stringify(line)}\n`);
      cpSync('whole/trials/0000-seed1', `${folder}/trials/0000-seed1`, { recursive: true });
      if (how === 'trained') rmSync(`${folder}/trials/0000-seed1/summary.json`);
      // The other seed had no checkpoint yet.
      mkdirSync(`${folder}/trials/0000-seed2`);
      writeFileSync(`${folder}/trials/0000-seed2/config.json`, '{');
      const { exitCode, out, err } = await runCli(['sweep', 'sweep.yaml', '--out', folder, '--trials', '1']);
      expect([exitCode, err]).toEqual([0, '']);
      expect(out).toContain('trial 0 is taken up again\n');
      const [again] = await trialsIn(folder);
      expect(again).toMatchObject({ state: 'complete', value: first.value });
      expect([...again.intermediateValues]).toEqual([...first.intermediateValues]);
    },
  );

  it('takes up the trial of a process that was killed on another machine, once that gives no sign of life', async () => {
    const evaluation = ['--out', 'far', '--steps', '4096'];
    const whole = await runCli(['sweep', 'sweep.yaml', '--out', 'near', '--steps', '4096', '--trials', '2']);
    expect(whole.exitCode).toBe(0);
    vi.stubEnv('ZPIN_HOST', 'far');
    const argv = ['sweep', 'sweep.yaml', ...evaluation, '--trials', '1', '--grace', '1'];
    const killed = new ChildCommand({ argv, command: 'zpin', cwd: process.cwd(), onLine: () => undefined });
    const trial = new RunFolder('far/trials/0000-seed2');
    while (!trial.has('checkpoint')) await new Promise(resolve => setTimeout(resolve, 1));
    killed.kill();
    expect((await killed.ended).exitCode).toBeNull();
    const { exitCode, err, out } = await runCli(['sweep', 'sweep.yaml', ...evaluation, '--trials', '2', '--grace', '1'], {
      env: { ZPIN_HOST: 'near' },
    });
    expect([exitCode, err]).toEqual([0, '']);
    // The new one first: only then is it known for how long the other one has given no sign of life.
    expect(out).toMatch(/^trial 1 {2}complete/m);
    expect(out).toMatch(/^trial 0 is taken up again\ntrial 0 {2}complete/m);
    const told = async (folder: string) =>
      (await trialsIn(folder)).map(({ params, value, intermediateValues }) => [params, value, [...intermediateValues]]);
    expect(await told('far')).toEqual(await told('near'));
    expect((await trialsIn('far'))[0].systemAttributes).toMatchObject({ 'zpin:worker': { host: 'near' } });
  }, 120_000);
});

it('prunes no trial at its last evaluation, which has nothing left to save', async () => {
  const settings = { numEnvs: 2, rolloutLength: 16, batchSize: 16, epochs: 1, hiddenSizes: [4], gamma: { low: 0.8, high: 0.9 } };
  const few = { steps: 64, seeds: 1, evaluations: 2, evalEpisodes: 1 };
  const plan = await readSweep({ algorithm: 'ppo', env: 'CartPole-v1', ...few, settings }, 'test');
  const trial = { number: 0, params: { gamma: 0.85 } } as unknown as StoredTrial;
  const io = new FakeIo();
  const trained = async (folder: string, prunes: boolean) => {
    const told: unknown[] = [];
    const report = async (step: number, _value: number, isLast: boolean) => {
      told.push([step, isLast]);
      return isLast || !prunes;
    };
    const result = await trainTrial({ plan, folder, trial, io, signal: new AbortController().signal, report });
    return { result, told };
  };
  expect(await trained('pruned', true)).toEqual({ result: null, told: [[32, false]] });
  const complete = await trained('complete', false);
  expect(complete.told).toEqual([
    [32, false],
    [64, true],
  ]);
  expect(complete.result).toBeGreaterThan(0);
});

it('tells trials that their worker gave back from those that somebody works on', () => {
  const open = (worker: object | null) =>
    ({ state: 'running', value: null, params: {}, distributions: {}, systemAttributes: { 'zpin:worker': worker } }) as never;
  expect(sweepText([open({ id: 'a' }), open(null), open({ id: 'b' })], 80)).toBe('3 trials: 2 running, 1 stopped\n');
});

it('judges seeds by their mean or a quantile', () => {
  expect(judged([1, 2, 6], 'mean')).toBe(3);
  expect([0, 0.25, 0.5, 1].map(quantile => judged([6, 1, 2], quantile))).toEqual([1, 1.5, 2, 6]);
  expect(judged([5], 0.3)).toBe(5);
});

it('says which parameters matter once there are enough trials', async () => {
  const flags = ['--steps', '64', '--trials', '8', '--seeds', '1', '--pruning', 'none', '--out', 'eight'];
  const { exitCode, out } = await runCli(['sweep', 'q-learning', '--env', 'FrozenLake-v1', ...flags]);
  expect(exitCode).toBe(0);
  const told = /^what matters, by PED-ANOVA of the best quarter: (.*)$/m.exec(out)?.[1];
  const shares = [...String(told).matchAll(/(\S+) (\d+) %/g)].map(([, name, share]) => [name, Number(share)] as const);
  expect(shares.map(([name]) => name).sort()).toEqual(['gamma', 'learningRate.from']);
  expect(Math.abs(shares.reduce((sum, [, share]) => sum + share, 0) - 100)).toBeLessThanOrEqual(1);
});

it('searches the usual settings of an algorithm where nothing else is said', async () => {
  const flags = ['--steps', '64', '--trials', '1', '--seeds', '1', '--sampler', 'random', '--pruning', 'none'];
  const { exitCode, out } = await runCli(['sweep', 'q-learning', '--env', 'FrozenLake-v1', ...flags]);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^trial 0 {2}complete .*learningRate\.from .*gamma /m);
  expect(existsSync('sweeps/q-learning-FrozenLake-v1/sweep.json')).toBe(true);
});

describe('what does not fit is refused before anything is made', () => {
  it.each([
    [['sweep'], 'zpin sweep: a file or an algorithm must be given, got "nothing"'],
    [['sweep', 'ppo'], 'zpin sweep: env must be named, got "nothing". Write env: and its name, or --env on the command line.'],
    [['sweep', 'pppo'], 'zpin sweep: the algorithm must be known, got "pppo". Did you mean ppo?'],
    [['sweep', 'pppo.txt'], 'zpin sweep: the file must end in .yaml, .yml or .json, got "pppo.txt"'],
    [['sweep', 'sac', '--env', 'CartPole-v1'], 'sac: actions of CartPole-v1 must be a'],
    [['sweep', 'ppo', '--env', 'CartPole-v1', '--grace', '0'], '--grace must be an integer >= 1, got "0"'],
    [['sweep', 'ppo', '--env', 'CartPole-v1', '--trials', '0'], '--trials must be an integer >= 1, got "0"'],
    [['sweep', 'ppo', '--env', 'CartPole-v1', '--sampler', 'best'], 'sampler must be one of tpe, random, grid, got "best"'],
    [['sweep', 'bc', '--env', 'CartPole-v1'], 'the algorithm must learn in an environment, got "bc"'],
    [['sweep', 'show'], 'zpin sweep show: a folder must be given'],
    [
      ['sweep', 'show', 'whole', '--trials', '9'],
      'zpin sweep show: --trials goes with a sweep that begins, got "9". Leave it out: zpin sweep show takes --out, --queue, --json.',
    ],
    [['sweep', 'best', 'whole', '--out', 'x'], 'zpin sweep best: --out goes with a sweep that begins, got "x"'],
    [['sweep', 'show', 'whole', '--engine', 'wasm'], 'zpin sweep show: --engine goes with a sweep that begins'],
    [['sweep', 'show', 'nowhere'], 'zpin sweep show: a folder of a sweep must hold sweep.json, got "nowhere"'],
    [['sweep', 'best', 'nowhere'], 'zpin sweep best: a folder of a sweep must hold sweep.json'],
  ])('%j', async (argv, text) => {
    const { exitCode, err } = await runCli(argv);
    expect(exitCode).toBe(2);
    expect(err).toContain(text);
  });

  it.each([
    ['trails: 3', 'what a sweep says must be known, got "trails". Did you mean trials?'],
    ['judge: 2', 'judge must be mean or a quantile in [0, 1], got 2'],
    ['settings: { gamma: { low: 0.5, high: 1.5 } }', 'gamma must be a number in [0, 1], got 1.5'],
    ['settings: { gama: { low: 0.5, high: 0.9 } }', 'gama must be a known setting'],
    ['settings: { learningRate: { type: linear, from: { low: -1, high: 1 }, to: 0 } }', 'learningRate must be'],
    ['settings: { gama: 0.9 }', 'gama must be a known setting'],
    ['settings: { gamma: 0.9 }', 'there must be something to search'],
    ['settings: 3', 'settings must map names to values and ranges, got 3'],
  ])('%s', async (line, text) => {
    writeFileSync('bad.yaml', `algorithm: ppo\nenv: CartPole-v1\n${line}\n`);
    const { exitCode, err } = await runCli(['sweep', 'bad.yaml', '--out', 'bad']);
    expect(exitCode).toBe(2);
    expect(err).toContain(text);
    expect(existsSync('bad')).toBe(false);
  });

  it('another sweep in the same folder', async () => {
    writeFileSync('other.yaml', `${FILE}judge: 0\n`);
    const { exitCode, err } = await runCli(['sweep', 'other.yaml', '--out', 'whole']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(/zpin sweep: judge must be what the sweep in .*whole began with, got 0/);
  });
});
