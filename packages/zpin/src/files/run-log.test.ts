import { appendFileSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { RunFolder } from './run-folder.ts';
import { runLog, runLogLine } from './run-log.ts';

const folder = new RunFolder(inScratchFolder());
const lines = () =>
  readFileSync('log.jsonl', 'utf8')
    .split('\n')
    .flatMap(line => runLogLine(line) ?? []);

it('tells when processes begin and end, what was warned of, and the load now and then', () => {
  let time = 1000;
  const log = runLog(folder, 0, 'wasm: fastest here', () => time);
  log.event({ type: 'warning', step: 0, message: 'beware' });
  time += 1500;
  log.event({ type: 'episode', step: 5, envIndex: 0, episodeReturn: 1, episodeLength: 5, terminated: true, truncated: false });
  // Two seconds after the begin; the next only after two more.
  time += 600;
  log.event({ type: 'warning', step: 8, message: 'again' });
  time += 1900;
  log.event({ type: 'warning', step: 9, message: 'third' });
  log.end(10, 'stopped');
  expect(lines().map(({ type, seconds, step }) => [type, seconds, step])).toEqual([
    ['begin', 0, 0],
    ['warning', 0, 0],
    ['warning', 2.1, 8],
    ['load', 2.1, 8],
    ['warning', 4, 9],
    ['end', 4, 10],
  ]);
  const [begin, , , load] = lines();
  expect(begin).toMatchObject({ host: hostname(), pid: process.pid, engine: 'wasm: fastest here', version: process.version });
  if (load.type !== 'load') throw new Error('the fourth line must be that of the load');
  expect(load.machine).toBeGreaterThanOrEqual(0);
  expect(load.machine).toBeLessThanOrEqual(1);
  expect(load.memory).toBeGreaterThan(1e6);
});

it('takes a hundredth of the time between two looks at the load, a minute at most', () => {
  let time = 0;
  const log = runLog(folder, 0, 'wasm', () => time);
  const from = lines().length;
  for (; time <= 3 * 3_600_000; time += 1000) log.event({ type: 'warning', step: time / 1000, message: '' });
  const at = lines()
    .slice(from)
    .flatMap(line => (line.type === 'load' ? [line.seconds] : []));
  const distances = at.map((seconds, k) => seconds - (at[k - 1] ?? 0));
  expect(distances[0]).toBe(2);
  expect(Math.max(...distances)).toBe(60);
  for (const [k, distance] of distances.entries()) {
    expect(distance).toBeLessThanOrEqual(Math.max(2, Math.min(60, at[k] / 100)) + 1);
  }
});

it('goes on behind half a line, and passes over what says nothing', () => {
  appendFileSync('log.jsonl', '{"type":"warn');
  runLog(folder, 7, 'wasm').end(8, 'finished');
  expect(lines().slice(-2)).toMatchObject([
    { type: 'begin', step: 7 },
    { type: 'end', step: 8, how: 'finished' },
  ]);
  for (const text of ['', 'null', '[]', '{}', '{"type":"end","seconds":1}', '{"type":"load","seconds":1,"step":2,"cores":"x"}']) {
    expect(runLogLine(text)).toBeUndefined();
  }
});
