import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCheckpoint } from '@zpin/core/node';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, TINY } from './run-cli.ts';

/** Stands in the place of Python, with a few environments of its own. */
const fakePython = fileURLToPath(new URL('../../../packages/python/test/fake-python.mjs', import.meta.url));

const scratch = inScratchFolder();
const before = process.env.ZPIN_PYTHON;
beforeEach(() => {
  process.env.ZPIN_PYTHON = fakePython;
});
afterAll(() => {
  if (before === undefined) delete process.env.ZPIN_PYTHON;
  else process.env.ZPIN_PYTHON = before;
});

const train = (env: string, runDir: string, ...more: string[]) =>
  runCli(['train', 'dqn', '--env', env, ...TINY.dqn, '--eval-episodes', '2', '--run-dir', runDir, ...more]);

const read = (...path: string[]) => readFileSync(join(...path), 'utf8');

it('trains, evaluates and films an environment that another program plays', async () => {
  const options = ['--env-option', 'frameskip=4', '--env-option', 'obs_type=ram', '--env-option', 'z_range=[0.5,2]'];
  const more = ['--env-option', 'sparse=True', '--env-option', 'timeoutSeconds=30', '--env-option', 'maxEpisodeSteps=none'];
  const trained = await train('gymnasium:Counter-v0', 'run', '--steps', '100', ...options, ...more);
  expect([trained.exitCode, trained.err]).toEqual([0, '']);
  expect(trained.out).toContain('on gymnasium:Counter-v0, seed 1, 100 steps');
  expect(JSON.parse(read('run', 'config.json')).envOptions).toEqual({
    ...{ frameskip: 4, obs_type: 'ram', z_range: [0.5, 2], sparse: true, timeoutSeconds: 30, maxEpisodeSteps: null },
  });
  const evaluated = await runCli(['eval', 'run', '--episodes', '3', '--json']);
  expect(JSON.parse(evaluated.out)).toMatchObject({ env: 'gymnasium:Counter-v0', evalEpisodes: 3 });
  const filmed = await runCli(['record', 'run']);
  expect([filmed.exitCode, filmed.err]).toEqual([0, '']);
  expect(read('run', 'episode.gif').startsWith('GIF89a')).toBe(true);
});

it('is played by workers in threads, each with a process of its own', async () => {
  const tiny = ['--workers', '2', '--num-envs', '2', '--rollout-length', '16', '--hidden-sizes', '8', '--eval-episodes', '2'];
  const argv = ['train', 'a3c', '--env', 'gymnasium:Counter-v0', ...tiny, '--steps', '200', '--run-dir', 'threads', '--quiet'];
  const { exitCode, err } = await runCli(argv);
  expect([exitCode, err]).toEqual([0, '']);
  expect(JSON.parse(read('threads', 'summary.json')).steps).toBeGreaterThanOrEqual(200);
  // Workers tell it when their episodes are not the same when they are played again.
  await runCli(argv.map(text => (text === 'gymnasium:Counter-v0' ? 'gymnasium:Changed-v0' : text)).with(-2, 'changed-threads'));
  const resumed = await runCli(['train', '--resume', 'changed-threads', '--steps', '400', '--eval-episodes', '2', '--quiet']);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.err).toMatch(/holds no episodes of gymnasium:Changed-v0 that can go on: new ones begin/);
});

it('names a run folder as file systems let it', async () => {
  const { exitCode } = await runCli([
    ...['train', 'dqn', '--env', 'gymnasium:Counter-v0', ...TINY.dqn, '--steps', '60', '--eval-episodes', '1', '--quiet'],
  ]);
  expect(exitCode).toBe(0);
  expect(existsSync('runs/dqn-gymnasium-Counter-v0-seed1')).toBe(true);
});

it('goes on bit for bit where the environment can', async () => {
  const argv = (runDir: string) => [
    ...['train', 'dqn', '--env', 'gymnasium:Counter-v0', ...TINY.dqn, '--steps', '150', '--eval-episodes', '2', '--json'],
    ...['--run-dir', runDir],
  ];
  await runCli(argv('whole'));
  let isSent = false;
  const stopped = await runCli(argv('parts'), {
    onWrite(text, io) {
      if (isSent || Number(/"step":(\d+)/.exec(text)?.[1]) < 71) return;
      isSent = true;
      io.send('SIGINT');
    },
  });
  expect(stopped.exitCode).toBe(130);
  const { header, state } = readCheckpoint('parts/checkpoint.bin');
  expect(header.step).toBeLessThan(80);
  expect(state).toHaveProperty('collector.env.envs.0.about');
  const resumed = await runCli(['train', '--resume', 'parts', '--quiet', '--eval-episodes', '2']);
  expect([resumed.exitCode, resumed.err]).toEqual([0, '']);
  expect(readFileSync('parts/policy.bin')).toEqual(readFileSync('whole/policy.bin'));
});

it('says that a run cannot go on bit for bit where the environment cannot', async () => {
  const { exitCode, err } = await train('gymnasium:Fickle-v0', 'fickle', '--steps', '60', '--quiet');
  expect(exitCode).toBe(0);
  expect(err).toMatch(/^warning: gymnasium:Fickle-v0 cannot save its state: checkpoints are without its episodes/);
  const resumed = await runCli(['train', '--resume', 'fickle', '--steps', '90', '--quiet']);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.err).toMatch(
    /The checkpoint of step 60 holds no episodes of gymnasium:Fickle-v0 that can go on: new ones begin/,
  );
});

it('begins new episodes, and says so, where those of the checkpoint are not the same when they are played again', async () => {
  const { err } = await train('gymnasium:Changed-v0', 'changed', '--steps', '60', '--quiet');
  expect(err).toBe('');
  const resumed = await runCli(['train', '--resume', 'changed', '--steps', '90', '--quiet']);
  expect(resumed.exitCode).toBe(0);
  expect(resumed.err).toMatch(
    /The checkpoint of step 60 holds no episodes of gymnasium:Changed-v0 that can go on: new ones begin/,
  );
});

describe('when it goes wrong', () => {
  it.each([
    ['Die-v0', /^gymnasium:Die-v0\.step: Python must live, got "an end by SIGKILL"/],
    [
      'Throw-v0',
      /^gymnasium:Throw-v0\.step: the environment must not throw, got "ZeroDivisionError: division by zero"\. Look at /,
    ],
    ['Hang-v0', /^gymnasium:Hang-v0\.step: Python must answer within 5 s, got "no answer"/],
  ])('keeps the last checkpoint: %s', async (id, text) => {
    const limits = ['--checkpoint-every', '1', '--env-option', 'timeoutSeconds=5'];
    const { exitCode, err } = await train(`gymnasium:${id}`, id, '--steps', '60', '--quiet', ...limits);
    expect(exitCode).toBe(1);
    expect(err).toMatch(text);
    expect(err.trimEnd().endsWith(`The last good checkpoint is kept: ${join(scratch, id, 'checkpoint.bin')}.`)).toBe(true);
    expect(readCheckpoint(`${id}/checkpoint.bin`).header.step).toBe(2);
  });

  it('tells that there is no Python', async () => {
    process.env.ZPIN_PYTHON = '/nowhere/python';
    const { exitCode, err } = await train('gymnasium:Counter-v0', 'none');
    expect(exitCode).toBe(2);
    expect(err).toMatch(/^gymnasium:Counter-v0: Python must be there as \/nowhere\/python, .* by ZPIN_PYTHON\.\n$/);
    expect(existsSync('none')).toBe(false);
  });

  it.each([
    ['Drone/Hover-v3', [], /zpin list envs shows all, and gymnasium:Drone\/Hover-v3 asks Gymnasium, in Python\.\n$/],
    ['gymnasium:', [], /an id of Gymnasium must follow the colon, got "gymnasium:"\. Write gymnasium:HalfCheetah-v5/],
    ['gymnasium:Text-v0', [], /^gymnasium:Text-v0: the observation must be of Box, got "Text"/],
    ['gymnasium:Counter-v0', ['z=[1,'], /--env-option z must be JSON, got "\[1,"\. For example z=\[0\.5,2\]/],
    ['gymnasium:Counter-v0', ['timeoutSeconds=0'], /--env-option timeoutSeconds must be a number in \(0, 1000000\], got "0"/],
    ['gymnasium:Picture-v0', [], /^dqn: actions of gymnasium:Picture-v0 must be Discrete, got "Box/],
  ])('refuses what cannot be: %s %o', async (env, options, text) => {
    const flags = options.flatMap(option => ['--env-option', option]);
    const { exitCode, err } = await train(env, 'refused', ...flags);
    expect(exitCode).toBe(2);
    expect(err).toMatch(text);
    expect(existsSync('refused')).toBe(false);
  });
});

it('is listed, with its options', async () => {
  const { out } = await runCli(['list', 'envs']);
  expect(out).toMatch(/gymnasium:HalfCheetah-v5 +any environment of Gymnasium/);
  expect(out).toMatch(/gymnasium:…\n +timeoutSeconds +seconds after which Python is given up/);
  const { families } = JSON.parse((await runCli(['list', 'envs', '--json'])).out);
  expect(families).toMatchObject([{ prefix: 'gymnasium', example: 'gymnasium:HalfCheetah-v5' }]);
});
