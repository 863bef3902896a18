import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readCheckpoint } from '@zpin/core/node';
import { beforeAll, describe, expect, it } from 'vitest';
import { load, type RunOptions, resume, train } from 'zpin';
import { loadAlgorithm } from 'zpin/catalog';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

// The command line is flags and texts around `zpin`: what it runs is what `train` runs.

inScratchFolder();
const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

interface Case {
  readonly id: string;
  readonly env: string;
  readonly options: RunOptions;
  /** The same on the command line. */
  readonly flags: readonly string[];
}

const layers = { hiddenSizes: [8] };
const cases: readonly Case[] = [
  {
    id: 'ppo',
    env: 'CartPole-v1',
    options: {
      config: { ...layers, numEnvs: 2, rolloutLength: 32, batchSize: 32, epochs: 2 },
      envOptions: { maxEpisodeSteps: 30 },
    },
    flags: [
      ...['--hidden-sizes', '8', '--num-envs', '2', '--rollout-length', '32', '--batch-size', '32', '--epochs', '2'],
      ...['--env-option', 'maxEpisodeSteps=30'],
    ],
  },
  {
    id: 'dqn',
    env: 'Pendulum-v1',
    options: {
      config: { ...layers, learningStarts: 50, batchSize: 16 },
      wrappers: ['discretize-action:5', 'time-aware-observation'],
    },
    flags: [
      ...['--hidden-sizes', '8', '--learning-starts', '50', '--batch-size', '16'],
      ...['--wrap', 'discretize-action:5', '--wrap', 'time-aware-observation'],
    ],
  },
  // Options of the environment, hindsight and settings of the preset.
  {
    id: 'dqn',
    env: 'BitFlip-v0',
    options: { config: { ...layers, learningStarts: 50, batchSize: 16 }, her: 'final:1' },
    flags: ['--hidden-sizes', '8', '--learning-starts', '50', '--batch-size', '16', '--her', 'final:1'],
  },
  {
    id: 'sarsa',
    env: 'FrozenLake-v1',
    options: { preset: false, config: { gamma: 0.9 } },
    flags: ['--no-preset', '--gamma', '0.9'],
  },
  {
    id: 'bc',
    env: 'CartPole-v1',
    options: { config: layers, dataset: 'data.zpin' },
    flags: ['--hidden-sizes', '8', '--dataset', 'data.zpin'],
  },
];

beforeAll(async () => {
  await runCli(['collect', '--env', 'CartPole-v1', '--steps', '300', '--out', 'data.zpin']);
});

/** What a run leaves and later ones depend on. */
function left(folder: string) {
  const { header, state } = readCheckpoint(join(folder, 'checkpoint.bin'));
  const bytes = (name: string) => readFileSync(join(folder, name), 'base64');
  return {
    description: readFileSync(join(folder, 'config.json'), 'utf8'),
    header: { ...header, extra: null },
    state,
    metrics: readFileSync(join(folder, 'metrics.jsonl'), 'utf8'),
    policy: bytes('policy.bin'),
    model: bytes('policy.onnx'),
  };
}

describe.each(cases)('$id on $env', ({ id, env, options, flags }) => {
  const [command, byFunction] = [`${id}-${env}-command`, `${id}-${env}-function`];
  const more = ['--quiet', '--eval-episodes', '4', '--eval-every', '100'];
  const evaluation = { everySteps: 100, episodes: 4 };

  it('leaves the same bits by command and by function', async () => {
    const { exitCode, err } = await runCli([
      ...['train', id, '--env', env, '--seed', '3', '--steps', '200', '--run-dir', command, ...flags, ...more],
    ]);
    expect([exitCode, err]).toEqual([0, '']);
    const algorithm = await loadAlgorithm(id);
    const run = await train(algorithm, env, { ...options, seed: 3, steps: 200, evaluation, saveTo: byFunction });
    const found = left(byFunction);
    expect(found).toEqual(left(command));
    expect(found.metrics).toContain('"type":"eval"');
    const { meanReturn } = await run.evaluate({ episodes: 4 });
    expect(json(command, 'summary.json').evalReturnMean).toBe(meanReturn);
    run.dispose();
  });

  it('is resumed and loaded by the other one', async () => {
    const { exitCode, err } = await runCli(['train', '--resume', byFunction, '--steps', '300', ...more]);
    const kept = expect.stringMatching(/^warning: Schedules.* keep their 200 steps.* stay where they end\..*\n$/);
    expect([exitCode, err]).toEqual([0, id === 'bc' ? '' : kept]);
    (await resume(command, { steps: 300, evaluation })).dispose();
    expect(left(command)).toEqual(left(byFunction));
    const agent = await load(command);
    const { meanReturn } = await agent.evaluate({ episodes: 4 });
    expect(json(byFunction, 'summary.json').evalReturnMean).toBe(meanReturn);
    agent.dispose();
  });
});
