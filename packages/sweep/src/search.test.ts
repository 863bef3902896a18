import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { JournalStudy } from './files/journal-study.ts';
import { type SearchEvent, type SearchOptions, search } from './search.ts';
import type { SearchSpace } from './space/parameter.ts';

const space: SearchSpace = { x: { type: 'int', low: 0, high: 9 } };
let folder: string;
let study: JournalStudy;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'zpin-search-'));
  study = await JournalStudy.open(join(folder, 'journal.log'), { name: 's', direction: 'maximize', worker: { beatMs: 0 } });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(options: Partial<SearchOptions>): Promise<SearchEvent[]> {
  const events: SearchEvent[] = [];
  const all: SearchOptions = {
    ...{ storage: study, space, direction: 'maximize', sampler: 'tpe', pruning: { type: 'none' }, seed: 1, trials: 12 },
    evaluate: async ({ trial }) => Number(trial.params.x),
    ...options,
  };
  for await (const event of search(all)) events.push(event);
  return events;
}

test('tries as many points as were asked for, and a second call has nothing to do', async () => {
  const events = await run({});
  expect(events).toHaveLength(24);
  expect(await run({})).toEqual([]);
  const trials = await study.trials();
  expect(trials.every(({ state, value, params }) => state === 'complete' && value === params.x)).toBe(true);
});

test('a search that is stopped and goes on has the trials of one that was not', async () => {
  await run({ trials: 5, sampler: 'random' });
  await run({ sampler: 'random' });
  const params = (await study.trials()).map(trial => trial.params);
  study = await JournalStudy.open(join(folder, 'other.log'), { name: 's', direction: 'maximize' });
  await run({ sampler: 'random' });
  expect((await study.trials()).map(trial => trial.params)).toEqual(params);
});

test('a grid ends with its points', async () => {
  await run({ sampler: 'grid', trials: 100 });
  expect((await study.trials()).map(({ params }) => params.x)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test('prunes who does worse than the median, and keeps what it came to', async () => {
  await run({
    sampler: 'grid',
    pruning: { type: 'median', startupTrials: 2 },
    evaluate: async ({ trial }, report) => {
      // The last points are the worst.
      const value = -Number(trial.params.x);
      return (await report(10, value)) ? value : null;
    },
  });
  const trials = await study.trials();
  expect(trials.map(({ state }) => state)).toEqual(['complete', 'complete', ...new Array(8).fill('pruned')]);
  expect([...trials[9].intermediateValues]).toEqual([[10, -9]]);
});

test('what fails is a failed trial; when all fail at first, the search ends by that', async () => {
  const events = await run({
    trials: 5,
    evaluate: async ({ trial }) => {
      if (trial.number > 0) throw new Error(`no ${trial.number}`);
      return 1;
    },
  });
  expect((await study.trials()).map(({ state }) => state)).toEqual(['complete', 'failed', 'failed', 'failed', 'failed']);
  expect(events.at(-1)).toMatchObject({ type: 'ended', error: { message: 'no 4' } });
  study = await JournalStudy.open(join(folder, 'other.log'), { name: 's', direction: 'maximize' });
  const broken = run({ evaluate: async () => Number.NaN });
  await expect(broken).rejects.toThrow('search: a trial must come to a number, got NaN');
  expect(await study.trials()).toHaveLength(3);
});

test('a trial that was stopped stays open, and is taken up first once it is given back', async () => {
  const controller = new AbortController();
  const stopped = await run({
    signal: controller.signal,
    evaluate: async ({ trial }) => {
      if (trial.number < 2) return 1;
      controller.abort();
      return null;
    },
  });
  expect(stopped.at(-1)).toMatchObject({ type: 'begun', trial: { number: 2 } });
  await study.giveBack();
  study = await JournalStudy.open(study.path, { name: 's' });
  const begun: (readonly [number, boolean])[] = [];
  await run({
    trials: 4,
    evaluate: async ({ trial, isTakenUp }) => {
      begun.push([trial.number, isTakenUp]);
      return 2;
    },
  });
  expect(begun).toEqual([
    [2, true],
    [3, false],
  ]);
  expect((await study.trials()).map(({ value }) => value)).toEqual([1, 1, 2, 2]);
});

test('who was taken for dead, and has lost its trial, goes on with the next one', async () => {
  const other = await JournalStudy.open(study.path, { name: 's', worker: { host: 'other', graceMs: 0 } });
  const take = async () => {
    await other.begin({ propose: () => null });
    return other.begin({ propose: () => null });
  };
  const events = await run({
    trials: 3,
    evaluate: async ({ trial }, report) => {
      if (trial.number === 0) {
        expect((await take())?.trial.number).toBe(0);
        expect(await report(1, 5)).toBe(false);
        return null;
      }
      if (trial.number === 1) {
        expect((await take())?.trial.number).toBe(1);
        // It does not hear of it before its end.
        return 5;
      }
      return 7;
    },
  });
  expect(events.map(({ type, trial }) => [type, trial.number])).toEqual([
    ['begun', 0],
    ['lost', 0],
    ['begun', 1],
    ['lost', 1],
    ['begun', 2],
    ['ended', 2],
  ]);
  for (const id of [0, 1]) expect(await other.finish(id, 'complete', 9)).toBe(true);
  expect((await study.trials()).map(({ value }) => value)).toEqual([9, 9, 7]);
});
