import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import { writeFileAtomic } from './write-file-atomic.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zpin-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const header = { algorithm: 'dqn', env: 'CartPole-v1', config: { gamma: 0.99 }, seed: 1, step: 10, extra: {} };

test('writes and reads a checkpoint, replacing the one before', () => {
  const path = join(folder, 'checkpoint.bin');
  for (const step of [10, 20]) writeCheckpoint(path, { header: { ...header, step }, state: { w: new Float32Array([step]) } });
  expect(readCheckpoint(path, { algorithm: 'dqn' })).toMatchObject({
    header: { step: 20 },
    state: { w: new Float32Array([20]) },
  });
  expect(readdirSync(folder)).toEqual(['checkpoint.bin']);
});

test('names the file in every error', () => {
  const path = join(folder, 'checkpoint.bin');
  expect(() => readCheckpoint(path)).toThrow(`readBytes: ${path} must be a readable file, got "ENOENT"`);
  expect(() => readCheckpoint(folder)).toThrow(`${folder} must be a readable file, got "EISDIR"`);
  writeCheckpoint(path, { header, state: { w: new Float32Array(100) } });
  truncateSync(path, 300);
  expect(() => readCheckpoint(path)).toThrow(`${path}: the checkpoint must have`);
});

test('a state that cannot be written leaves the old file and no temporary one', () => {
  const path = join(folder, 'checkpoint.bin');
  writeCheckpoint(path, { header, state: {} });
  const before = readFileSync(path);
  expect(() => writeCheckpoint(path, { header, state: { x: new Date() as never } })).toThrow('state.x must be');
  expect(readFileSync(path)).toEqual(before);
  expect(readdirSync(folder)).toEqual(['checkpoint.bin']);
});

test('a failing rename leaves no temporary file', () => {
  const taken = join(folder, 'taken');
  mkdirSync(taken);
  expect(() => writeFileAtomic(taken, 'x')).toThrow();
  expect(readdirSync(folder)).toEqual(['taken']);
});

test('sweeps temporary files of processes that are gone, and no others', () => {
  const gone = '.summary.json.999999999-0.tmp';
  const running = `.summary.json.${process.pid}-99.tmp`;
  const foreign = '.summary.json.backup.tmp';
  for (const name of [gone, running, foreign]) writeFileSync(join(folder, name), 'torn');
  writeFileAtomic(join(folder, 'summary.json'), '{}');
  expect(readdirSync(folder).sort()).toEqual([running, foreign, 'summary.json'].sort());
  expect(readFileSync(join(folder, 'summary.json'), 'utf8')).toBe('{}');
});
