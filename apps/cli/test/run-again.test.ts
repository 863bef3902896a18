import { writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { RunFolder } from 'zpin/node';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli, tinyRun } from './run-cli.ts';

inScratchFolder();

const told = (path: string) => new RunFolder(path).describe('test');

describe('zpin train --from', () => {
  beforeAll(async () => {
    const env = ['--env-option', 'maxEpisodeSteps=50', '--wrap', 'time-aware-observation', '--engine', 'wasm'];
    await runCli(tinyRun('ppo', 'first', '--steps', '256', '--seed', '7', '--eval-every', '128', '--gamma', '0.9', ...env));
  });

  it('begins as another run began, to the same end', async () => {
    const { exitCode, out, err } = await runCli(['train', '--from', 'first', '--run-dir', 'again']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('on CartPole-v1, seed 7, 256 steps, as first\n');
    expect(told('again')).toEqual(told('first'));
    const weights = (path: string) => new RunFolder(path).readCheckpoint('test', told(path)).state.agent;
    expect(weights('again')).toEqual(weights('first'));
  });

  it('takes what is said besides', async () => {
    const more = [
      '--gamma',
      '0.95',
      '--seed',
      '8',
      '--eval-every',
      '64',
      '--env-option',
      'maxEpisodeSteps=30',
      '--engine',
      'onnx',
    ];
    await runCli(['train', 'ppo', '--from=first', '--steps', '128', '--run-dir', 'other', '--quiet', ...more]);
    const first = told('first');
    expect(told('other')).toEqual({
      ...first,
      ...{ seed: 8, steps: 128, engine: 'onnx', config: { ...first.config, gamma: 0.95 } },
      envOptions: { ...first.envOptions, maxEpisodeSteps: 30 },
      evaluation: { ...first.evaluation, everySteps: 64 },
    });
  });

  it('takes nothing of one environment to another', async () => {
    const { exitCode } = await runCli(['train', '--from', 'first', '--env', 'Acrobot-v1', '--run-dir', 'acrobot', '--quiet']);
    expect(exitCode).toBe(0);
    expect(told('acrobot')).not.toHaveProperty('envOptions');
    expect(told('acrobot').config).toEqual(told('first').config);
  });

  it.each([
    [['train', '--from', 'nowhere'], 'zpin train --from: the run folder must exist'],
    [
      ['train', 'a2c', '--from', 'first'],
      'zpin train a2c: the run of --from must be one of a2c, got "ppo". Write zpin train --from first',
    ],
    [['train', '--from', 'first', 'a2c'], 'zpin train: the algorithm must come first, got "a2c"'],
    [['train', '--from', 'first', '--seeds', '1-2', '--env', 'CartPole-v1'], '--seeds and --from exclude each other'],
    [['train', '--from', 'first', '--gamma', '2'], '--gamma must be a number in [0, 1], got 2'],
    [['train', '--from', 'first', '--run-dir', 'first'], '--run-dir must be new or empty'],
  ])('%j is refused', async (argv, text) => {
    const { exitCode, err } = await runCli(argv);
    expect(err).toContain(text);
    expect([exitCode, err.split('\n').length]).toEqual([2, 2]);
  });

  it('names a run of an environment from a file', async () => {
    const world = `export default class { spec = { id: 'Line-v0', observationSpace: { type: 'discrete', n: 3, start: 0 },
      actionSpace: { type: 'discrete', n: 2, start: 0 }, maxEpisodeSteps: 9, rewardThreshold: null };
      reset() { this.t = 0; return { obs: 0, info: {} }; }
      step() { this.t++; return { obs: this.t % 3, reward: 1, terminated: this.t >= 9, truncated: false, info: {} }; } }`;
    writeFileSync('line.mjs', world);
    const small = ['--num-envs', '1', '--steps', '40', '--eval-episodes', '1', '--quiet'];
    await runCli(['train', 'q-learning', '--env', './line.mjs', ...small, '--run-dir', 'line']);
    expect((await runCli(['train', '--from', 'line', '--run-dir', 'line-again', '--quiet'])).exitCode).toBe(0);
    expect(told('line-again')).toEqual(told('line'));
    const limit = ['--env-option', 'maxEpisodeSteps=5'];
    await runCli(['train', '--from', 'line', ...limit, '--run-dir', 'short', '--quiet']);
    // The same file under the name that was typed is the same environment.
    await runCli(['train', '--from', 'short', '--env', './line.mjs', '--run-dir', 'short-again', '--quiet']);
    expect(told('short-again')).toEqual({ ...told('line'), envOptions: { maxEpisodeSteps: 5 } });
    writeFileSync('line.mjs', `${world}\n`);
    const changed = await runCli(['train', '--from', 'line', '--run-dir', 'line-later', '--quiet']);
    expect(changed.exitCode).toBe(0);
  });
});
