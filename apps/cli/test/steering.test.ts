import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { RunFolder, requestStop } from 'zpin/node';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

inScratchFolder();

/** The first command of a process loads everything. */
const PATIENCE = { timeout: 240_000 };

const levels = `levels:
  - maxEpisodeSteps: 8
  - maxEpisodeSteps: 12
advance:
  steps: 200
`;
const lake = ['train', 'q-learning', '--env', 'FrozenLake-v1', '--eval-episodes', '5'];

beforeAll(async () => {
  writeFileSync('levels.yaml', levels);
  await runCli([...lake, '--steps', '600', '--curriculum', 'levels.yaml', '--run-dir', 'done', '--quiet']);
}, PATIENCE.timeout);

describe('zpin status', PATIENCE, () => {
  it('tells of a run that is over, with its last level', async () => {
    const { exitCode, out, err } = await runCli(['status', 'done']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out.split('\n')[0]).toBe('q-learning on FrozenLake-v1, seed 1: finished');
    expect(out).toContain('600 of 600 steps (100 %), checkpoint at 600\n');
    expect(out).toMatch(/return [\d.]+, mean of the last 100 of \d+ episodes\n/);
    expect(out).toContain('all 2 levels passed: the environment as it is\n');
    const found = JSON.parse((await runCli(['status', 'done', '--json'])).out);
    expect(found).toMatchObject({ type: 'status', state: 'finished', step: 600, steps: 600, process: null, best: null });
    expect(found.level).toEqual({ level: 2, levels: 2, parameters: {} });
  });

  it('tells of a run that trains, and then of where it stopped', async () => {
    let isAsked = false;
    const during: Promise<{ out: string; exitCode: number }>[] = [];
    const onWrite = (text: string) => {
      if (isAsked || !text.includes('"type":"episode"')) return;
      isAsked = true;
      during.push(runCli(['status', 'stopped', '--json']));
      requestStop(new RunFolder('stopped'));
    };
    const argv = [...lake, '--steps', '3000000', '--run-dir', 'stopped', '--json'];
    const { exitCode, err } = await runCli(argv, { onWrite });
    expect(exitCode).toBe(143);
    expect(err).toMatch(/^Stopped at step [\d,]+ of 3,000,000\. Go on with: zpin train --resume stopped\n$/);
    expect(existsSync('stopped/stop.request')).toBe(false);
    const [first] = await Promise.all(during);
    expect(JSON.parse(first?.out ?? '')).toMatchObject({ state: 'running', process: { pid: process.pid } });
    const after = JSON.parse((await runCli(['status', 'stopped', '--json'])).out);
    expect(after).toMatchObject({ state: 'stopped', process: null, evaluation: null, level: null });
    expect(after.checkpointStep).toBe(after.step);
    const end = { type: 'end', seconds: 9, step: after.step, how: 'failed', message: 'train: the loss must be finite, got NaN.' };
    appendFileSync('stopped/log.jsonl', `${JSON.stringify(end)}\n`);
    const { out } = await runCli(['status', 'stopped']);
    expect(out.split('\n')[0]).toBe('q-learning on FrozenLake-v1, seed 1: failed: train: the loss must be finite, got NaN.');
  });
});

describe('zpin stop', PATIENCE, () => {
  it('asks a run that trains, and waits for its end if told', async () => {
    const stops: Promise<{ out: string; exitCode: number }>[] = [];
    const onWrite = (text: string) => {
      if (stops.length === 0 && text.includes('"type":"episode"')) stops.push(runCli(['stop', 'asked', '--wait', '100000']));
    };
    const { exitCode } = await runCli([...lake, '--steps', '3000000', '--run-dir', 'asked', '--json'], { onWrite });
    expect(exitCode).toBe(143);
    const [stop] = await Promise.all(stops);
    expect(stop?.exitCode).toBe(0);
    expect(stop?.out).toMatch(/^process \d+ on \S+ has stopped\. Go on with: zpin train --resume asked\n$/);
  });
});

describe('a curriculum', PATIENCE, () => {
  it('is shown as the run comes to its levels, and goes on with it', async () => {
    const { out } = await runCli([...lake, '--steps', '300', '--curriculum', 'levels.yaml', '--run-dir', 'levels']);
    expect(out).toMatch(/^level 2 of 2: maxEpisodeSteps=12, from 2\d\d steps on$/m);
    const { out: rest } = await runCli(['train', '--resume', 'levels', '--steps', '600']);
    expect(rest).toMatch(/^all 2 levels passed: the environment as it is, from 4\d\d steps on$/m);
  });
});

describe('refused in one line with exit code 2', PATIENCE, () => {
  beforeAll(() => {
    writeFileSync('typo.yaml', levels.replaceAll('maxEpisodeSteps', 'maxEpisodeStep'));
    writeFileSync('no-rule.json', '{"levels":[{"maxEpisodeSteps":8}]}');
    writeFileSync('list.json', '[1]');
  });
  it.each<[readonly string[], string]>([
    [['status'], 'zpin status: a folder must be given where there are no runs in runs/, got "nothing"'],
    [['status', 'nowhere'], 'zpin status: the run folder must exist'],
    [['stop'], 'zpin stop: a run folder must be given'],
    [['stop', 'nowhere'], 'zpin stop: the run folder must exist'],
    [['stop', 'done'], 'zpin stop: the run must be in progress, got "done"'],
    [['stop', 'done', '--wait', 'long'], '--wait must be an integer >= 1'],
    [[...lake, '--curriculum', 'none.yaml'], 'zpin train --curriculum: the file must be readable'],
    [[...lake, '--curriculum', 'list.json'], 'zpin train --curriculum: the file must map settings to values'],
    [[...lake, '--curriculum', 'no-rule.json'], '--curriculum: advance must say when a level is over'],
    [[...lake, '--curriculum', 'typo.yaml'], 'level 1 of --curriculum must be settings of FrozenLake-v1'],
    [['train', '--resume', 'done', '--curriculum', 'levels.yaml'], 'only steps, engine, evaluation and output may change'],
  ])('%j', async (argv, text) => {
    const { exitCode, out, err } = await runCli(argv as string[]);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(text);
    expect(err.trimEnd()).not.toContain('\n');
  });
});
