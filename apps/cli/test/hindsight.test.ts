import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

inScratchFolder();
const json = (path: string) => JSON.parse(readFileSync(path, 'utf8'));
const onBits = (dir: string, ...more: string[]) => [
  ...['train', 'dqn', '--env', 'BitFlip-v0', '--env-option', 'bits=3', '--steps', '300', '--hidden-sizes', '8'],
  ...['--eval-episodes', '5', '--run-dir', dir, '--quiet', ...more],
];

describe('--her', () => {
  it('is kept in the run folder, and success rates are reported', async () => {
    const { exitCode, out, err } = await runCli(onBits('kept', '--no-preset', '--her', 'final:2'));
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(/evaluation: 5 greedy episodes, .*, success \d+(\.\d)? %\n/);
    expect(json('kept/config.json')).toMatchObject({ her: 'final:2', envOptions: { bits: 3 } });
    const { trainSuccessRate, evalSuccessRate } = json('kept/summary.json');
    for (const rate of [trainSuccessRate, evalSuccessRate]) expect(rate).toSatisfy((x: number) => x >= 0 && x <= 1);
    const evaluated = await runCli(['eval', 'kept', '--episodes', '5', '--json']);
    expect(JSON.parse(evaluated.out)).toMatchObject({ evalSuccessRate });
  });

  it('comes from the preset, unless the command line turns it off', async () => {
    await runCli(onBits('preset'));
    expect(json('preset/config.json')).toMatchObject({ her: 'future:4' });
    await runCli(onBits('off', '--her', 'none'));
    expect(json('off/config.json')).toMatchObject({ her: 'none' });
  });

  it('goes on with the run bit for bit', async () => {
    const her = ['--no-preset', '--her', 'future:4', '--learning-starts', '50'];
    await runCli(onBits('whole', ...her));
    await runCli(onBits('part', ...her, '--steps', '150', '--exploration-fraction', '1', '--epsilon-start', '0.05'));
    await runCli(onBits('all', ...her, '--steps', '300', '--exploration-fraction', '1', '--epsilon-start', '0.05'));
    const resumed = await runCli(['train', '--resume', 'part', '--steps', '300', '--eval-episodes', '5', '--quiet']);
    expect([resumed.exitCode, resumed.err]).toEqual([0, expect.stringMatching(/^warning: Schedules and exploration keep.*\n$/)]);
    expect(readFileSync('part/metrics.jsonl', 'utf8')).toBe(readFileSync('all/metrics.jsonl', 'utf8'));
  });

  it.each([
    [['dqn', '--env', 'CartPole-v1'], /^her: CartPole-v1 must have goals: .* Use an environment such as FetchReach-v4/],
    [['ppo', '--env', 'BitFlip-v0'], /^zpin train ppo: --her needs an algorithm with a replay memory, got "future:4"\. Use ddpg/],
    [
      ['rainbow', '--env', 'BitFlip-v0'],
      /^zpin train rainbow: --her goes with single transitions drawn uniformly, got "prioritized/,
    ],
    [['dqn', '--env', 'BitFlip-v0', '--n-steps', '3'], /--her goes with single transitions drawn uniformly, got "3 steps"/],
    [
      ['dqn', '--env', 'BitFlip-v0', '--buffer-size', '1e12'],
      /--buffer-size must be an integer in \[1, 100000000\], got 1000000000000/,
    ],
  ])('refuses %j', async (argv, expected) => {
    const { exitCode, err } = await runCli(['train', ...argv, '--her', 'future:4', '--run-dir', 'refused']);
    expect(exitCode).toBe(2);
    expect(err).toMatch(expected);
  });
});
