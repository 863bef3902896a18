import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TrainState } from '@zpin/core';
import { expect, it } from 'vitest';
import { inScratchFolder } from '../../../../tools/testing/scratch-folder.ts';
import { libraryNames } from '../message-names.ts';
import type { RunEvent } from '../run-event.ts';
import { metricFiles, readMetrics, rewindMetricFiles } from './metric-files.ts';
import { createRunFolder, type RunFolder } from './run-folder.ts';

const scratch = inScratchFolder();
const names = libraryNames('test');
let made = 0;
const newFolder = () => createRunFolder(join(scratch, `run-${made++}`), names);
const read = (folder: RunFolder, name: 'metrics' | 'progress') => readFileSync(folder.file(name), 'utf8');

const episode = (step: number, episodeReturn: number): RunEvent => ({
  type: 'episode',
  step,
  episodeReturn,
  episodeLength: 1,
  terminated: true,
  truncated: false,
  envIndex: 0,
});
const update = (step: number, loss: number): RunEvent => ({
  type: 'update',
  step,
  updates: step / 10,
  metrics: { loss, gradientNorm: 2 },
});
const saved: RunEvent = { type: 'checkpoint', step: 20, state: {} as TrainState, path: 'checkpoint.bin' };

/** A run of 60 steps: an episode every 5 and an update every 10. */
const events = Array.from({ length: 12 }, (_, i): RunEvent[] => {
  const step = 5 * (i + 1);
  return [episode(step, i), ...(step % 10 === 0 ? [update(step, 1 / step)] : [])];
}).flat();

it('writes events as lines and updates as rows', () => {
  const folder = newFolder();
  const sink = metricFiles(folder, 1000);
  const all: RunEvent[] = [
    update(10, 0.5),
    episode(12, 3),
    episode(14, 5),
    update(20, 0.25),
    saved,
    { type: 'step', step: 20, totalSteps: 100 },
    { type: 'eval', step: 20, returns: [1, 2], lengths: [3, 4] },
  ];
  for (const event of all) sink.event(event);
  sink.flush();
  expect(read(folder, 'progress')).toBe('step,updates,trainReturnMean,loss,gradientNorm\n10,1,,0.5,2\n20,2,4,0.25,2\n');
  const kept = all.filter(({ type }) => type !== 'checkpoint' && type !== 'step');
  expect(read(folder, 'metrics')).toBe(kept.map(event => `${JSON.stringify(event)}\n`).join(''));
  expect(readMetrics(folder)).toEqual(kept);
});

it('writes what it holds back once a second, for those who follow', () => {
  const folder = newFolder();
  let time = 0;
  const sink = metricFiles(folder, 1000, () => time);
  sink.event(episode(1, 3));
  time = 1000;
  sink.event(episode(2, 3));
  expect(readMetrics(folder)).toEqual([]);
  time = 1001;
  sink.event(episode(3, 3));
  expect(readMetrics(folder).map(({ step }) => step)).toEqual([1, 2, 3]);
  time = 2000;
  sink.event(episode(4, 3));
  expect(readMetrics(folder)).toHaveLength(3);
});

it('has columns for what infos of episodes told before the first row', () => {
  const folder = newFolder();
  const sink = metricFiles(folder, 1000);
  const told = (step: number, info: Record<string, number>): RunEvent => ({ ...episode(step, 1), info }) as RunEvent;
  // Means: of cost (2 + 4) / 2, of one episode that told of it, 1.
  for (const event of [told(1, { cost: 2 }), told(2, { cost: 4, success: 1 }), update(10, 0.5)]) sink.event(event);
  for (const event of [told(12, { late: 9, cost: 0 }), update(20, 0.5)]) sink.event(event);
  sink.flush();
  expect(read(folder, 'progress')).toBe(
    'step,updates,trainReturnMean,loss,gradientNorm,info/cost,info/success\n10,1,1,0.5,2,3,1\n20,2,1,0.5,2,2,1\n',
  );
  // A file that goes on knows what was told.
  const next = metricFiles(folder, 1000);
  for (const event of [told(22, { cost: 6 }), update(30, 0.5)]) next.event(event);
  next.flush();
  expect(read(folder, 'progress').split('\n').at(-2)).toBe('30,3,1,0.5,2,3,1');
});

it('takes the mean of the last 100 episodes', () => {
  const folder = newFolder();
  const sink = metricFiles(folder, 1000);
  for (let i = 1; i <= 150; i++) sink.event(episode(i, i));
  sink.event(update(150, 0));
  sink.flush();
  expect(read(folder, 'progress').split('\n')[1]).toBe('150,15,100.5,0,2');
});

it('leaves out updates of long runs by their steps alone', () => {
  const folder = newFolder();
  const sink = metricFiles(folder, 100_000);
  for (let step = 10; step <= 200; step += 10) sink.event(update(step, 0));
  sink.flush();
  // 100,000 steps by 2,000 rows: one for each 50.
  expect(readMetrics(folder).map(({ step }) => step)).toEqual([50, 100, 150, 200]);
});

it('holds back nothing that a checkpoint counts on', () => {
  const folder = newFolder();
  const sink = metricFiles(folder, 1000);
  sink.event(episode(1, 1));
  sink.flush();
  expect(readMetrics(folder)).toEqual([episode(1, 1)]);
});

it.each([1000, 30_000])('goes on after a crash as if it had never happened, in a run of %d steps', totalSteps => {
  const whole = newFolder();
  const sink = metricFiles(whole, totalSteps);
  for (const event of events) sink.event(event);
  sink.flush();

  const folder = newFolder();
  const first = metricFiles(folder, totalSteps);
  for (const event of events.filter(({ step }) => step <= 45)) first.event(event);
  first.flush();
  // The process died in the middle of a line; read as a number, the row of step 50 is one of step 5.
  appendFileSync(folder.file('metrics'), '{"type":"episode","step":5');
  appendFileSync(folder.file('progress'), '5');
  rewindMetricFiles(folder, 25);
  const second = metricFiles(folder, totalSteps);
  for (const event of events.filter(({ step }) => step > 25)) second.event(event);
  second.flush();
  expect(read(folder, 'metrics')).toBe(read(whole, 'metrics'));
  expect(read(folder, 'progress')).toBe(read(whole, 'progress'));
});

it('rewinds to the start, and where nothing was written', () => {
  const folder = newFolder();
  rewindMetricFiles(folder, 10);
  expect(readMetrics(folder)).toEqual([]);
  const sink = metricFiles(folder, 1000);
  sink.event(update(10, 0.5));
  sink.flush();
  rewindMetricFiles(folder, 0);
  expect(readMetrics(folder)).toEqual([]);
  expect(read(folder, 'progress')).toBe('step,updates,trainReturnMean,loss,gradientNorm\n');
});

it('skips lines that are no events, says how many, and leaves them where they are', () => {
  const folder = newFolder();
  const sink = metricFiles(folder, 1000);
  sink.event(episode(5, 1));
  sink.flush();
  const foreign = [
    '{"type":"episode","st',
    'a note of mine',
    '',
    'null',
    '[1]',
    '{"step":7}',
    '{"type":"episode","step":7}',
    '{"type":"episode","step":-1,"episodeReturn":1}',
    '{"type":"update","step":7,"updates":1,"metrics":{"loss":"high"}}',
    '{"type":"eval","step":7,"returns":[],"lengths":[]}',
  ];
  appendFileSync(folder.file('metrics'), `${foreign.join('\n')}\n`);
  const more = metricFiles(folder, 1000);
  more.event(update(10, 0.5));
  more.event(episode(15, 2));
  more.flush();
  rewindMetricFiles(folder, 12);
  const skipped: number[] = [];
  expect(readMetrics(folder, lines => skipped.push(lines))).toEqual([episode(5, 1), update(10, 0.5)]);
  expect(skipped).toEqual([foreign.length]);
  for (const line of foreign) expect(read(folder, 'metrics')).toContain(`${line}\n`);
});
