import { appendFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { RunFolder } from 'zpin/node';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { logMessage } from './log-message.ts';

const folder = new RunFolder(inScratchFolder());
const begin = (step: number, host: string) =>
  `${JSON.stringify({ type: 'begin', seconds: 0, step, time: '2026-01-01T00:00:00.000Z', host, pid: 7, version: 'v20', engine: 'wasm', cores: 4, memory: 8 })}\n`;
const load = (seconds: number, step: number) =>
  `${JSON.stringify({ type: 'load', seconds, step, cores: 1.5, machine: 0.5, memory: 100, free: 200 })}\n`;

it('says that there is none', async () => {
  expect(await logMessage(folder, '')).toMatchObject({ stamp: 'none', entries: [], load: [], machine: null });
});

it('counts time over all processes of a run, by what they tell of themselves, and speed within each', async () => {
  const earlier = begin(0, 'a') + load(2, 100) + load(4, 500);
  writeFileSync('log.jsonl', `${earlier}{"type":"load","sec\n${begin(200, 'b')}${load(10, 1200)}`);
  appendFileSync('log.jsonl', '{"type":"end","seconds":11,"step":1300,"how":"stopped"}\n{"type":"warning","seconds":12');
  const { stamp, entries, load: samples, machine } = await logMessage(folder, '');
  expect(entries.map(({ at, step, type }) => [at, step, type])).toEqual([
    [0, 0, 'begin'],
    [4, 200, 'begin'],
    [15, 1300, 'end'],
  ]);
  expect(samples.map(({ at, stepsPerSecond }) => [at, stepsPerSecond])).toEqual([
    [2, 50],
    [4, 200],
    [14, 100],
  ]);
  expect(machine).toEqual({ host: 'b', cores: 4, memory: 8 });
  expect(await logMessage(folder, stamp)).toMatchObject({ stamp, isSame: true, load: [] });
});

it('makes a long log thin, and keeps the last sample', async () => {
  writeFileSync('log.jsonl', begin(0, 'a') + Array.from({ length: 5000 }, (_, k) => load(2 * k + 2, k)).join(''));
  const { load: samples } = await logMessage(folder, '');
  expect(samples.length).toBeLessThanOrEqual(400);
  expect(samples.at(-1)?.at).toBe(10_000);
});
