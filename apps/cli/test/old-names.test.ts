import { cpSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { kebabCase } from '@zpin/contracts';
import { renamedSettings } from '@zpin/core';
import { readCheckpoint } from '@zpin/core/node';
import { expect, it } from 'vitest';
import { algorithmIds, loadAlgorithm } from 'zpin/catalog';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { runCli } from './run-cli.ts';

// Runs of the first version as it left them: `checkpoint.bin` after some steps, and `continued.bin` after the version itself went
// on to 128.
const oldRuns = fileURLToPath(new URL('fixtures/old-runs', import.meta.url));
cpSync(oldRuns, join(inScratchFolder(), 'old'), { recursive: true });

/** Arrays of numbers in a state, by where they are. Columns of a replay memory are in blocks now, those of a small one in a single one. */
function arraysOf(value: unknown, path = ''): [string, Float32Array][] {
  if (value instanceof Uint8Array && value.length === 0) return [];
  if (ArrayBuffer.isView(value)) return [[path.replace(/(\/columns\/\w+)\/0$/, '$1'), value as Float32Array]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => arraysOf(part, `${path}/${name}`));
}

it.each(['q-learning', 'dqn', 'ppo', 'h-dqn'])(
  'a run of %s of the first version goes on as it would have done there',
  async id => {
    // That version spread its schedules over the steps that it got.
    const more = ['--steps', '128', '--schedules', 'stretch', '--eval-episodes', '2', '--quiet'];
    const { exitCode, err } = await runCli(['train', '--resume', `old/${id}`, ...more]);
    expect([exitCode, err]).toEqual([0, expect.stringMatching(/^warning: Schedules.* go from \d+ steps.*to 128 steps.*\n$/)]);
    const [state, expected] = ['checkpoint.bin', 'continued.bin'].map(file => readCheckpoint(`old/${id}/${file}`).state);
    // Tables are reckoned in doubles, equal everywhere; the kernels of ONNX Runtime differ between machines in the last digits. A state
    // holds more now: the seeds of copies of the environment, for settings that change.
    if (id === 'q-learning') expect(state).toMatchObject(expected);
    // The memories of h-DQN have another place in its state now.
    const places = (part: { readonly [key: string]: unknown }) => new Map(arraysOf(id === 'h-dqn' ? part.agent : part));
    const [arrays, wanted] = [places(state), places(expected)];
    expect(wanted.size).toBeGreaterThan(1);
    expect([...arrays.keys()]).toEqual([...wanted.keys()]);
    // In the last update the clip range is 0, and the last digit of a probability ratio decides which gradients flow into the moments.
    const digits = (path: string) => (id === 'ppo' && path.endsWith('adam.m') ? 2 : 4);
    for (const [path, array] of wanted) expectClose(arrays.get(path) as Float32Array, array, digits(path), path);
  },
);

it.each([
  ['eval', 'old/sac'],
  ['record', 'old/sac'],
  ['train', '--resume', 'old/sac'],
])('settings of the first version in a run folder are refused by their new names: %s %s', async (...argv) => {
  const { exitCode, err } = await runCli(argv);
  expect(exitCode).toBe(2);
  const [first, second] = err.trimEnd().split('\n');
  expect(first).toMatch(
    /old.sac.config\.json: learningRate must be a known setting, .* write criticLearningRate, and actorLearningRate/,
  );
  expect(second).toMatch(
    /config\.json: actorLearningRateScale must be a known setting, .* write actorLearningRate, which is a step size/,
  );
});

it('its curve is drawn all the same', async () => {
  const { exitCode, err } = await runCli(['plot', 'old/sac', '--measure', 'criticLoss', '--out', 'old.svg']);
  expect([exitCode, err]).toEqual([0, '']);
});

const renamed = (
  await Promise.all(
    algorithmIds.map(async id => {
      const algorithm = await loadAlgorithm(id);
      return [...renamedSettings(algorithm.config)].map(([name, now]) => ({
        id,
        name,
        now,
        settings: algorithm.config.parse({}),
      }));
    }),
  )
).flat();

it('settings have other names in these families', () => {
  expect([...new Set(renamed.map(({ id }) => id))].sort()).toEqual([
    'actor-critic',
    'cql',
    'ddpg',
    'discrete-sac',
    'npg',
    'option-critic',
    'redq',
    'reinforce',
    'sac',
    'td3',
    'tqc',
    'trpo',
    'vpg',
  ]);
});

it.each(renamed)(
  '$id: $name is refused by what to write instead, in a file and as a flag',
  async ({ id, name, now, settings }) => {
    const run = ['train', id, '--env', 'Pendulum-v1', '--run-dir', 'never'];
    writeFileSync('old.json', JSON.stringify({ [name]: 0.5 }));
    const file = await runCli([...run, '--config', 'old.json']);
    expect([file.exitCode, file.err]).toEqual([
      2,
      `zpin train ${id}: ${name} in old.json must be a known setting, got "${name}". It has another name now: write ${now}.\n`,
    ]);
    const flag = (text: string) =>
      text.replaceAll(/\w+/g, word => (Object.hasOwn(settings as object, word) ? `--${kebabCase(word)}` : word));
    const line = await runCli([...run, `--${kebabCase(name)}`, '0.5']);
    expect([line.exitCode, line.err]).toEqual([
      2,
      `zpin train ${id}: --${kebabCase(name)} must be a known setting, got "${name}". It has another name now: write ${flag(now)}.\n`,
    ]);
    // What is written instead is a setting there.
    expect(flag(now)).toContain('--');
    expect((await runCli(['train', id, '--help'])).out).not.toContain(`--${kebabCase(name)} `);
    expect(readdirSync('.')).not.toContain('never');
  },
);
