import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { InputError } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { lockRunFolder } from './run-lock.ts';

const folder = inScratchFolder();
const lock = () => lockRunFolder(folder, 'zpin train');
const write = (holder: unknown) => writeFileSync('run.lock', typeof holder === 'string' ? holder : JSON.stringify(holder));
const since = '2026-01-02T03:04:05.000Z';

it('keeps a second one out, says who has the folder, and leaves nothing behind', () => {
  const release = lock();
  expect(lock).toThrow(InputError);
  expect(lock).toThrow(
    new RegExp(
      `^zpin train: the run folder ${folder} must not be in use, got "process ${process.pid} on ${hostname()}, since 2.*"\\. Wait`,
    ),
  );
  expect(readdirSync(folder)).toEqual(['run.lock']);
  release();
  expect(readdirSync(folder)).toEqual([]);
  lock()();
});

it('frees only what is its own', () => {
  const release = lock();
  write({ pid: process.pid, host: 'elsewhere', since, born: null });
  release();
  expect(existsSync('run.lock')).toBe(true);
  expect(lock).toThrow(
    /got "process \d+ on elsewhere, since 2026-01-02T03:04:05\.000Z"\. .*; if it is gone, remove .*run\.lock\.$/,
  );
  write('');
  lock()();
});

it.each([
  ['a torn one', '{"pid":1'],
  ['an empty one', ''],
  ['one of a process that has got the number of another since', { pid: process.pid, host: hostname(), since, born: '1' }],
])('passes over %s', (_name, holder) => {
  write(holder);
  const release = lock();
  expect(JSON.parse(readFileSync('run.lock', 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() });
  release();
});

it('passes over one of a process that was killed', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  write({ pid: child.pid, host: hostname(), since, born: null });
  expect(lock).toThrow(`process ${child.pid} on `);
  const ended = new Promise(resolve => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
  lock()();
});
