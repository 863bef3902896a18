import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CheckpointError, InputError } from '@zpin/contracts';
import { writeCheckpoint } from '@zpin/core/node';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { libraryNames } from '../message-names.ts';
import type { RunDescription } from '../run-description.ts';
import { createRunFolder, freeRunPath, RunFolder } from './run-folder.ts';

const scratch = inScratchFolder();
const names = libraryNames('test');
const description: RunDescription = {
  algorithm: 'ppo',
  env: 'CartPole-v1',
  seed: 3,
  steps: 100,
  config: { gamma: 0.9, hiddenSizes: [8, 8], learningRate: { type: 'linear', from: 0.1, to: 0 }, targetKl: null },
};

function madeRun(path: string, changes: Partial<RunDescription> = {}): RunFolder {
  const folder = createRunFolder(path, names);
  folder.writeJson('description', description);
  const { steps: _, ...header } = { ...description, ...changes };
  writeCheckpoint(folder.file('checkpoint'), {
    header: { ...header, step: 50 },
    state: { agent: { weights: Float32Array.of(1, 2) } },
  });
  return folder;
}

it('makes a folder with its parents, takes an empty one, and leaves any other alone', () => {
  const folder = createRunFolder(join(scratch, 'deep/er/run'), names);
  expect(existsSync(folder.path)).toBe(true);
  expect(createRunFolder(folder.path, names).path).toBe(folder.path);
  folder.writeJson('summary', { a: 1 });
  expect(readFileSync(join(scratch, 'deep/er/run/summary.json'), 'utf8')).toBe('{\n  "a": 1\n}\n');
  expect(() => createRunFolder(folder.path, names)).toThrow(InputError);
  expect(() => createRunFolder(folder.path, names)).toThrow('test: saveTo must be new or empty');
});

it('numbers further runs of one name', () => {
  expect(freeRunPath('ppo')).toBe(join(scratch, 'runs/ppo'));
  mkdirSync('runs/ppo', { recursive: true });
  mkdirSync('runs/ppo-2');
  expect(freeRunPath('ppo')).toBe(join(scratch, 'runs/ppo-3'));
});

it('shows a path from where the user stands, unless that would climb', () => {
  expect(new RunFolder(join(scratch, 'runs/a')).shown).toBe(join('runs', 'a'));
  expect(new RunFolder(join(scratch, '../b')).shown).toBe(join(scratch, '../b'));
});

it('reads back what describes the run, and its state', () => {
  const folder = madeRun('whole');
  const found = folder.describe('test');
  expect(found).toEqual(description);
  const { header, state } = folder.readCheckpoint('test', found);
  expect(header).toMatchObject({ step: 50, seed: 3 });
  expect(state).toEqual({ agent: { weights: Float32Array.of(1, 2) } });
});

it.each<[string, Partial<RunDescription>, string]>([
  [
    'another setting',
    { config: { ...description.config, gamma: 0.5 } },
    'gamma in config.json must be 0.5 as in the checkpoint, got 0.9',
  ],
  ['another list', { config: { ...description.config, hiddenSizes: [8] } }, 'hiddenSizes in config.json must be [8] as in'],
  [
    'a setting more',
    { config: { ...description.config, tau: 1 } },
    'tau in config.json must be 1 as in the checkpoint, got undefined',
  ],
  ['another seed', { seed: 4 }, 'seed in config.json must be 4 as in the checkpoint, got 3'],
  ['another algorithm', { algorithm: 'dqn' }, 'the checkpoint must be of algorithm ppo, got "dqn"'],
  ['another environment', { env: 'Acrobot-v1' }, 'the checkpoint must be of env CartPole-v1, got "Acrobot-v1"'],
])('refuses a checkpoint of %s', (name, changes, expected) => {
  const folder = madeRun(name, changes);
  expect(() => folder.readCheckpoint('test', description)).toThrow(CheckpointError);
  expect(() => folder.readCheckpoint('test', description)).toThrow(expected);
});

it.each(['', '[]', 'null', '{"algorithm":"ppo"}', '{"algorithm":"ppo","env":"X","seed":1.5,"steps":1,"config":{}}'])(
  'refuses "%s" for a description',
  text => {
    const folder = new RunFolder(join(scratch, 'whole'));
    folder.write('description', text);
    expect(() => folder.describe('test')).toThrow(CheckpointError);
    expect(() => folder.describe('test')).toThrow('test: config.json must describe a run');
  },
);
