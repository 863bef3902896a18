import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

inScratchFolder();
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const tiny = ['--learning-starts', '50', '--batch-size', '8', '--hidden-sizes', '8', '--eval-episodes', '2', '--quiet'];

describe('zpin train', () => {
  it.each(['sac', 'td3'])('%s trains on continuous actions, evaluates and exports', async id => {
    const argv = ['train', id, '--env', 'Pendulum-v1', '--steps', '220', ...tiny, '--run-dir', id];
    const { exitCode, out, err } = await runCli(argv);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('policy.onnx');
    const { config } = json(`${id}/config.json`);
    // Flags win over the preset.
    expect(config).toMatchObject({ learningStarts: 50, hiddenSizes: [8] });
    expect(json(`${id}/summary.json`)).toMatchObject({ algo: id, env: 'Pendulum-v1', steps: 220, evalEpisodes: 2 });
    // 220 steps, and an update after each of the last 170, under a header.
    expect(readFileSync(`${id}/progress.csv`, 'utf8').trimEnd().split('\n')).toHaveLength(170 + 1);
  });

  it.each([
    [
      ['ddpg', '--env', 'CartPole-v1'],
      /^ddpg: actions of CartPole-v1 must be a Box of floats, got .*\. Use discrete-sac, dqn or ppo\.$/m,
    ],
    [
      ['ddpg', '--env', 'Pendulum-v1', '--her', 'future:4'],
      /^her: Pendulum-v1 must have goals: .* Use an environment such as FetchReach-v4/,
    ],
    [
      ['ddpg', '--env', 'PointMaze-v0', '--her', 'future:4', '--prioritized-replay'],
      /^zpin train ddpg: --her goes with single transitions drawn uniformly, got "prioritized replay"\./,
    ],
    [['sac', '--env', 'Pendulum-v1', '--noise-correlation', '1'], /^zpin train sac: --noise-correlation must be .*, got 1\./],
  ])('refuses %j', async (argv, expected) => {
    const { exitCode, err } = await runCli(['train', ...argv, '--steps', '100', '--run-dir', 'refused']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(expected);
  });
});
