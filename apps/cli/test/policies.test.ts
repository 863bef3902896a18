import { existsSync, readdirSync } from 'node:fs';
import { listPolicies } from '@zpin/policies';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

inScratchFolder();

/** The first command of a process loads everything. */
const PATIENCE = { timeout: 240_000 };

const named = (name: string) => listPolicies().find(({ id }) => id === name);

describe('a trained policy in the place of a run folder', PATIENCE, () => {
  it('is evaluated to what is known about it', async () => {
    const info = named('q-learning/Taxi-v4');
    const { exitCode, out, err } = await runCli(['eval', 'hub:q-learning/Taxi-v4', '--engine', 'wasm', '--json']);
    expect([exitCode, err]).toEqual([0, '']);
    const told = { type: 'evaluation', algo: 'q-learning', env: 'Taxi-v4', seed: info?.seed, steps: info?.steps };
    const found = { evalReturnMean: info?.meanReturn, evalReturnStd: info?.stdReturn, evalEpisodes: 100 };
    expect(JSON.parse(out)).toMatchObject({ ...told, ...found, runDir: 'hub:q-learning/Taxi-v4' });
  });

  it('is filmed into a file named after it', async () => {
    const { exitCode, out } = await runCli(['record', 'hub:trpo/MountainCar-v0', '--max-steps', '3']);
    expect(exitCode).toBe(0);
    expect(out).toMatch(
      /^trpo on MountainCar-v0: return -3 in 3 steps, the most that --max-steps allows\n.*trpo-MountainCar-v0\.gif/,
    );
    expect(existsSync('trpo-MountainCar-v0.gif')).toBe(true);
  });

  it('fills a data set', async () => {
    const argv = ['collect', 'hub:trpo/MountainCar-v0', '--steps', '300', '--out', 'car.zpin'];
    const { exitCode, out, err } = await runCli(argv);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('car.zpin');
  });

  it('is listed with its return', async () => {
    const { out } = await runCli(['list', 'policies']);
    const row = /^ {2}hub:trpo\/MountainCar-v0 +(-[\d.]+) ± [\d.]+ +150,000$/m.exec(out);
    expect(Number(row?.[1])).toBeCloseTo(named('trpo/MountainCar-v0')?.meanReturn ?? Number.NaN, 1);
    expect(out).toMatch(/^ {2}hub:q-learning\/CartPole-v1 .* discretize-observation:\S+$/m);
  });
});

describe('refused in one line with exit code 2', PATIENCE, () => {
  it.each([
    [
      ['eval', 'hub:ppo/CartPol-v1'],
      'zpin eval: the policy must be one of @zpin/policies, got "ppo/CartPol-v1". Did you mean ppo/CartPole-v1',
    ],
    [['eval', 'hub:'], 'zpin eval: the policy must be one of @zpin/policies, got "". zpin list policies shows all.'],
    [['record', 'hub:ppo/CartPole-v1', '--best'], '--best goes with a run folder, got "hub:ppo/CartPole-v1"'],
    [['eval', 'hub:ppo/CartPole-v1', '--from-step', '5'], '--from-step goes with a run folder'],
    [['eval', 'hub:ppo/CartPole-v1', '--env', './maze.ts'], '--env goes with a run folder'],
  ])('%j', async (argv, text) => {
    const { exitCode, out, err } = await runCli(argv);
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(text);
    expect(err.trimEnd()).not.toContain('\n');
    expect(readdirSync('.').filter(name => name.includes('CartPole'))).toEqual([]);
  });
});
