import { existsSync, readFileSync } from 'node:fs';
import { readCheckpoint } from '@zpin/core/node';
import { describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';
import './burning-env.ts';

inScratchFolder();

const tiny = ['--workers', '2', '--num-envs', '2', '--rollout-length', '16', '--hidden-sizes', '8', '--eval-episodes', '2'];
const train = (algorithm: string, env: string, runDir: string) =>
  runCli(['train', algorithm, '--env', env, ...tiny, '--steps', '1600', '--checkpoint-every', '200', '--run-dir', runDir]);

describe.each(['a3c', 'dppo'])('zpin train %s', { timeout: 60_000 }, algorithm => {
  it('trains in threads and goes on', async () => {
    const { exitCode, err } = await train(algorithm, 'CartPole-v1', algorithm);
    expect([exitCode, err]).toEqual([0, '']);
    const { steps } = JSON.parse(readFileSync(`${algorithm}/summary.json`, 'utf8')) as { steps: number };
    expect(steps).toBeGreaterThanOrEqual(1600);
    const more = await runCli(['train', '--resume', algorithm, '--steps', '2000', '--eval-episodes', '2']);
    expect(more.err).toMatch(/^(warning: Schedules keep their 1,600 steps .*\n)?$/);
    expect(more.exitCode).toBe(0);
    expect(readCheckpoint(`${algorithm}/checkpoint.bin`).header.step).toBeGreaterThanOrEqual(2000);
  });

  it('ends with the message of a worker that throws, and the state before it', async () => {
    const { exitCode, err } = await train(algorithm, 'BurningPole-v0', `${algorithm}-burning`);
    expect(exitCode).toBe(1);
    const told = 'BurningPole-v0\\.step: the environment must not throw, got "the pole is on fire"\\. Look at .*burning-env.*\\.';
    expect(err).toMatch(new RegExp(`^${algorithm}: worker [01]: ${told} The last good checkpoint is kept: .*\n$`));
    expect(existsSync(`${algorithm}-burning/summary.json`)).toBe(false);
    const { step } = readCheckpoint(`${algorithm}-burning/checkpoint.bin`).header;
    expect(step).toBeGreaterThan(200);
    expect(step).toBeLessThanOrEqual(600);
  });
});
