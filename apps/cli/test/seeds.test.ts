import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { RunFolder } from 'zpin/node';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, TINY } from './run-cli.ts';

inScratchFolder();

/** Against hangs only: every seed is a process that loads the whole program. */
const PATIENCE = 300_000;

const line = (...more: string[]) => [...['train', 'ppo', '--env', 'CartPole-v1', ...TINY.ppo, '--eval-episodes', '3'], ...more];
const weightsOf = (path: string) => new RunFolder(path).readCheckpoint('test', new RunFolder(path).describe('test')).state.agent;
const summaryOf = (path: string) => {
  const {
    wallSeconds: _,
    stepsPerSecond: __,
    runDir: ___,
    ...numbers
  } = JSON.parse(readFileSync(`${path}/summary.json`, 'utf8'));
  return numbers;
};

describe('several seeds', () => {
  let ran: Awaited<ReturnType<typeof runCli>>;
  beforeAll(async () => {
    ran = await runCli(line('--steps', '128', '--seeds', '1,4', '--run-dir', 'group', '--eval-every', '64'));
  }, PATIENCE);

  it('are ordinary runs, each as it would be alone', async () => {
    expect([ran.exitCode, ran.err]).toEqual([0, '']);
    expect(readdirSync('group').sort()).toEqual(['curve.svg', 'seed1', 'seed4', 'seeds.json', 'table.csv']);
    await runCli(line('--steps', '128', '--seed', '4', '--run-dir', 'alone', '--eval-every', '64', '--quiet'));
    expect(summaryOf('group/seed4')).toEqual(summaryOf('alone'));
    expect(weightsOf('group/seed4')).toEqual(weightsOf('alone'));
  });

  it('come together in one table and one picture', () => {
    const returns = [1, 4].map(seed => summaryOf(`group/seed${seed}`).evalReturnMean as number);
    const told = /^2 of 2 seeds: mean return (\S+) ± (\S+), interquartile mean (\S+)$/m.exec(ran.out)?.slice(1).map(Number) ?? [];
    const [mean, spread] = [(returns[0] + returns[1]) / 2, Math.abs(returns[0] - returns[1]) / 2];
    expect(told.map(value => Math.round(10 * value))).toEqual([mean, spread, mean].map(value => Math.round(10 * value)));
    expect(ran.out).toMatch(/^threshold 475 reached by 0 of 2$/m);
    const rows = readFileSync('group/table.csv', 'utf8').trimEnd().split('\n');
    expect(rows[0]).toBe('seed,state,returnMean,returnStd,episodes,steps,seconds');
    expect(rows.slice(1).map(row => Number(row.split(',')[2]))).toEqual(returns);
    const picture = readFileSync('group/curve.svg', 'utf8');
    expect(picture).toContain('ppo (2 runs)');
    expect(picture).toContain('mean return of greedy episodes');
  });

  it('are drawn together by the name of their folder, and asked for by their own elsewhere', async () => {
    const { exitCode, out } = await runCli(['plot', 'group', '--out', 'together.svg']);
    expect([exitCode, out]).toEqual([
      0,
      expect.stringMatching(/together\.svg: return of training episodes of 2 runs in 1 line\n$/),
    ]);
    mkdirSync('all/alone', { recursive: true });
    cpSync('group', 'all/group', { recursive: true });
    cpSync('alone', 'all/alone', { recursive: true });
    expect((await runCli(['plot', 'all', '--out', 'together.svg'])).out).toContain(' of 3 runs in 2 lines');
    for (const command of ['eval', 'record', 'collect']) {
      const { exitCode: code, err } = await runCli([command, 'group']);
      expect([code, err]).toEqual([
        2,
        expect.stringMatching(
          /a run folder must hold config\.json, got .*\. Name one of the 2 runs in it, such as group\/seed1\.\n$/,
        ),
      ]);
    }
  });

  it('have a row each in the status of their folder, and a line of JSON', async () => {
    const { exitCode, out } = await runCli(['status', 'group', 'alone']);
    const rows = out.trimEnd().split('\n');
    expect([exitCode, rows.length]).toEqual([0, 4]);
    expect(rows[0]).toMatch(/^ {2}run +state +steps +return +evaluation$/);
    expect(rows[2]).toMatch(/^ {2}group\/seed4 +finished +128 of 128 +[\d.]+ +[\d.]+, best [\d.]+$/);
    writeFileSync('all/alone/config.json', '{');
    const damaged = await runCli(['status', 'all']);
    expect([damaged.exitCode, damaged.out]).toEqual([
      0,
      expect.stringMatching(/^ {2}all\/alone +damaged +–[\s\S]*config\.json/m),
    ]);
    const lines = (await runCli(['status', 'group', '--json'])).out.trimEnd().split('\n');
    expect(lines.map(each => JSON.parse(each).seed)).toEqual([1, 4]);
  });

  it('that are done stay as they are', async () => {
    const before = readFileSync('group/seed1/summary.json', 'utf8');
    const again = await runCli(['train', '--resume', 'group', '--json']);
    expect([again.exitCode, again.err, readFileSync('group/seed1/summary.json', 'utf8')]).toEqual([0, '', before]);
    const told = again.out
      .trimEnd()
      .split('\n')
      .map(each => JSON.parse(each));
    expect(told.map(({ type }) => type)).toEqual(['summary', 'summary', 'seeds']);
    expect(told[2].results).toEqual([1, 4].map(seed => ({ seed, state: 'finished' })));
  });

  it('get more steps, and one that fails leaves the others alone and is tried again', { timeout: PATIENCE }, async () => {
    writeFileSync('group/seed4/checkpoint.bin', 'no checkpoint');
    const { exitCode, out, err } = await runCli(['train', '--resume', 'group', '--steps', '192']);
    expect([exitCode, err]).toEqual([1, '']);
    expect(out).toMatch(/^seed 4 {2}failed: .*group\/seed4\/checkpoint\.bin/m);
    expect(out).toMatch(/^1 of 2 seeds: mean return/m);
    expect(summaryOf('group/seed1').steps).toBe(192);
    expect(readFileSync('group/table.csv', 'utf8')).toMatch(/^4,failed,,,,,$/m);
    rmSync('group/seed4', { recursive: true });
    const again = await runCli(['train', '--resume', 'group', '--steps', '192', '--quiet']);
    expect([again.exitCode, again.err]).toEqual([0, '']);
    expect(summaryOf('group/seed4')).toMatchObject({ seed: 4, steps: 192 });
  });
});

it('stop together on Ctrl-C, and go on to the same end', { timeout: PATIENCE }, async () => {
  const steps = ['--steps', '20000', '--checkpoint-every', '640'];
  const stopped = await runCli(line(...steps, '--seeds', '1-2', '--run-dir', 'parts', '--processes', '2'), {
    isTTY: true,
    tick: 300,
    onWrite: (text, io) => {
      if (/seed 1 {2}[\d,]+\/20,000 steps/.test(text)) io.send('SIGINT');
    },
  });
  expect(stopped.exitCode).toBe(130);
  // On a busy machine, behind the notice that a stop takes its time.
  expect(stopped.err).toMatch(/(^|\n)Stopped\. Go on with: zpin train --resume parts\n$/);
  expect(['seed1', 'seed2'].map(seed => existsSync(`parts/${seed}/summary.json`))).toEqual([false, false]);
  // As a kill before the first checkpoint leaves it.
  rmSync('parts/seed2/checkpoint.bin', { force: true });
  expect((await runCli(['train', '--resume', 'parts', '--quiet'])).exitCode).toBe(0);
  await runCli(line(...steps, '--seed', '2', '--run-dir', 'undisturbed', '--quiet'));
  await runCli(line(...steps, '--seed', '1', '--run-dir', 'other', '--quiet'));
  expect(summaryOf('parts/seed2')).toEqual(summaryOf('undisturbed'));
  expect(summaryOf('parts/seed1')).toEqual(summaryOf('other'));
});

it('stop together when their folder is asked to', { timeout: PATIENCE }, async () => {
  const stops: ReturnType<typeof runCli>[] = [];
  const asked = line('--steps', '3000000', '--seeds', '1-3', '--run-dir', 'asked', '--processes', '2');
  const { exitCode, err } = await runCli(asked, {
    isTTY: true,
    tick: 300,
    onWrite: text => {
      if (stops.length === 0 && /seed 1 {2}[\d,]+\/3,000,000 steps/.test(text))
        stops.push(runCli(['stop', 'asked', '--wait', '100000']));
    },
  });
  expect(exitCode).toBe(143);
  expect(err).toMatch(/(^|\n)Stopped\. Go on with: zpin train --resume asked\n$/);
  const [stop] = await Promise.all(stops);
  expect(stop?.out).toMatch(/^process \d+(, \d+)? on \S+ has stopped\. Go on with: zpin train --resume asked\n$/);
  // No other seed began in their place.
  expect(existsSync('asked/seed3')).toBe(false);
  expect(existsSync('asked/stop.request')).toBe(false);
  expect((await runCli(['stop', 'asked'])).err).toContain('the run must be in progress, got "asked"');
});

describe('what does not fit is refused before anything is made', () => {
  it.each([
    [['--seeds', '3-1'], '--seeds must be seeds and ranges of seeds, got "3-1"'],
    [['--seeds', '1-2', '--seed', '4'], '--seeds and --seed exclude each other'],
    [['--seeds', '1-2', '--record-dataset', 'x'], '--seeds and --record-dataset exclude each other'],
    [['--seeds', '1-2', '--processes', '0'], '--processes must be an integer in [1, 256], got "0"'],
    [['--seed', '1', '--processes', '2'], '--processes goes with several seeds'],
    [['--seeds', '1-2', '--gamma', '2'], '--gamma must be a number in [0, 1], got 2'],
  ])('%j', async (flags, text) => {
    const { exitCode, err } = await runCli(line(...flags, '--run-dir', 'none'));
    expect([exitCode, err]).toEqual([2, expect.stringContaining(text)]);
    expect(existsSync('none')).toBe(false);
  });

  it('and so is a folder with something else', async () => {
    writeFileSync('file.txt', '');
    const { exitCode, err } = await runCli(line('--seeds', '1-2', '--run-dir', '.'));
    expect([exitCode, err]).toEqual([2, expect.stringContaining('--run-dir must be new or empty')]);
    writeFileSync('seeds.json', '{"seeds":[]}');
    const broken = await runCli(['train', '--resume', '.']);
    expect([broken.exitCode, broken.err]).toEqual([2, expect.stringContaining('seeds.json must say how the seeds are trained')]);
    rmSync('seeds.json');
  });
});
