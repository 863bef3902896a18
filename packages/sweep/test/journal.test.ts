import { appendFileSync, copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FileLock } from '../src/files/file-lock.ts';
import { JournalStudy, type JournalWorkerOptions } from '../src/files/journal-study.ts';
import { formatDistribution, parseDistribution } from '../src/journal/distributions.ts';
import { formatLine, type JsonObject, parseLine } from '../src/journal/operations.ts';
import { gridPoints } from '../src/samplers/grid.ts';
import type { Parameter, SearchSpace } from '../src/space/parameter.ts';

/** Written by Optuna 5.0.0: a complete trial that was put in line, a pruned, a failed, a complete and a running one. */
const recorded = fileURLToPath(new URL('fixtures/optuna.log', import.meta.url));
const space: SearchSpace = {
  rate: { type: 'float', low: 1e-5, high: 0.1, log: true },
  kind: { type: 'categorical', choices: ['plain', null, true] },
};
const rate = (rate: number) => ({ space, params: { rate, kind: null } });

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'zpin-journal-'));
  path = join(folder, 'journal.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a journal of Optuna', () => {
  test('is read as Optuna wrote it', async () => {
    const study = await JournalStudy.open(recorded, { name: 'recorded' });
    expect(study.direction).toBe('maximize');
    expect(study.study().userAttributes).toEqual({ env: 'CartPole-v1' });
    const trials = await study.trials();
    expect(trials.map(({ number, state, value }) => [number, state, value])).toEqual([
      [0, 'complete', 0.16],
      [1, 'pruned', null],
      [2, 'failed', null],
      [3, 'complete', 0.30305164168776955],
      [4, 'running', null],
    ]);
    expect(trials[0]).toMatchObject({
      params: { rate: 0.01, width: 16, decay: 0.5, length: 119, kind: null },
      distributions: {
        rate: { type: 'float', low: 1e-5, high: 0.1, log: true },
        width: { type: 'int', low: 8, high: 64, step: 8 },
        decay: { type: 'float', low: 0, high: 1, step: 0.25 },
        length: { type: 'int', low: 1, high: 1000, log: true },
        kind: { type: 'categorical', choices: ['plain', null, true, 3, 0.5] },
      },
      userAttributes: { note: { a: [1, 2] } },
      systemAttributes: { fixed_params: { rate: 0.01, width: 16 } },
      startedAt: '2026-11-29T23:47:07.175319+00:00',
      endedAt: '2026-11-29T23:47:08.274556+00:00',
    });
    expect(trials.map(({ intermediateValues }) => [...intermediateValues])).toEqual([
      [
        [10, 1.5],
        [20, Number.POSITIVE_INFINITY],
      ],
      [
        [10, 1.5],
        [20, Number.NaN],
      ],
      [[10, 1.5]],
      [
        [10, 1.5],
        [20, Number.POSITIVE_INFINITY],
      ],
      [],
    ]);
  });

  test('is continued: new lines stand behind the old ones, which stay as they are', async () => {
    copyFileSync(recorded, path);
    const study = await JournalStudy.open(path, { name: 'recorded', direction: 'maximize' });
    const begun = await study.begin({ propose: () => rate(0.02) });
    expect(begun).toMatchObject({ isTakenUp: false, trial: { number: 5, id: 5, state: 'running', params: { rate: 0.02 } } });
    await study.report(5, 100, Number.NEGATIVE_INFINITY);
    await study.finish(5, 'complete', 7);
    const text = readFileSync(path, 'utf8');
    expect(text.startsWith(readFileSync(recorded, 'utf8'))).toBe(true);
    // The choices of "kind" are others than those of Optuna's trials: that line counts for nothing, there and here.
    expect((await study.trials())[5]).toMatchObject({ state: 'complete', value: 7, params: { rate: 0.02 } });
    expect((await study.trials())[5].params).not.toHaveProperty('kind');
    expect(text).toContain('"step":100,"intermediate_value":-Infinity}\n');
  });
});

test('a study is written line by line as Optuna reads it', async () => {
  const study = await JournalStudy.open(path, { name: 'mine', direction: 'minimize', worker: { host: 'here' } });
  await study.setStudyAttributes({ env: 'CartPole-v1' });
  const begun = await study.begin({ propose: () => rate(0.02) });
  await study.beat();
  await study.setAttributes(begun?.trial.id ?? -1, 'user', { folder: 'runs/0' });
  await study.report(0, 10, 1.5);
  await study.finish(0, 'complete', 2);
  const lines = readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as JsonObject);
  const worker_id = lines[0].worker_id;
  const claim = { id: worker_id, host: 'here', pid: process.pid, everyMs: 5000 };
  expect(lines).toEqual([
    { op_code: 0, worker_id, study_name: 'mine', directions: [1] },
    { op_code: 2, worker_id, study_id: 0, user_attr: { env: 'CartPole-v1' } },
    { op_code: 4, worker_id, study_id: 0, datetime_start: expect.stringMatching(/^\d{4}-.*Z$/) },
    {
      ...{ op_code: 5, worker_id, trial_id: 0, param_name: 'rate', param_value_internal: 0.02 },
      distribution: '{"name":"FloatDistribution","attributes":{"step":null,"low":0.00001,"high":0.1,"log":true}}',
    },
    {
      ...{ op_code: 5, worker_id, trial_id: 0, param_name: 'kind', param_value_internal: 1 },
      distribution: '{"name":"CategoricalDistribution","attributes":{"choices":["plain",null,true]}}',
    },
    { op_code: 9, worker_id, trial_id: 0, system_attr: { 'zpin:worker': { ...claim, beat: 0 } } },
    { op_code: 9, worker_id, trial_id: 0, system_attr: { 'zpin:worker': { ...claim, beat: 1 } } },
    { op_code: 8, worker_id, trial_id: 0, user_attr: { folder: 'runs/0' } },
    { op_code: 7, worker_id, trial_id: 0, step: 10, intermediate_value: 1.5 },
    { op_code: 6, worker_id, trial_id: 0, state: 1, values: [2], datetime_complete: expect.stringMatching(/Z$/) },
  ]);
});

describe('several at once', () => {
  test('give each point away once, and agree on what came of it', async () => {
    const grid: SearchSpace = { x: { type: 'int', low: 1, high: 30 } };
    const points = gridPoints(grid);
    const work = async () => {
      const study = await JournalStudy.open(path, { name: 'grid', direction: 'maximize' });
      for (;;) {
        const begun = await study.begin({
          propose: trials => (trials.length < points.length ? { space: grid, params: points[trials.length] } : null),
        });
        if (!begun) return study.trials();
        await study.finish(begun.trial.id, 'complete', Number(begun.trial.params.x));
      }
    };
    const [first, ...others] = await Promise.all([work(), work(), work()]);
    expect(first.map(({ params }) => params.x)).toEqual(points.map(({ x }) => x));
    expect(first.map(({ value }) => value)).toEqual(points.map(({ x }) => x));
    for (const other of others) expect(other.length).toBe(30);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('only the first end of a trial counts, and nothing after it', async () => {
    const a = await JournalStudy.open(path, { name: 's', direction: 'maximize' });
    const b = await JournalStudy.open(path, { name: 's' });
    await a.begin({ propose: () => rate(0.01) });
    // It is not the trial of this one.
    expect(await b.finish(0, 'failed')).toBe(false);
    expect(await a.finish(0, 'complete', 1)).toBe(true);
    expect(await a.finish(0, 'failed')).toBe(false);
    expect(await a.report(0, 5, 5)).toBe(false);
    expect(await a.trials()).toMatchObject([{ state: 'complete', value: 1, intermediateValues: new Map() }]);
  });

  test('a trial that waits is begun before a new one, with what was asked for', async () => {
    const study = await JournalStudy.open(path, { name: 's', direction: 'maximize' });
    const line = { op_code: 4, worker_id: 'x', study_id: 0, state: 4, system_attrs: { fixed_params: { rate: 0.05 } } };
    appendFileSync(path, `${JSON.stringify(line)}\n`);
    const begun = await study.begin({
      propose: (_, waiting) => rate(Number((waiting?.systemAttributes.fixed_params as JsonObject | undefined)?.rate)),
    });
    expect(begun?.trial).toMatchObject({ number: 0, state: 'running', params: { rate: 0.05 } });
    expect(begun?.trial.startedAt).toMatch(/Z$/);
  });
});

describe('a worker that is gone', () => {
  /** Workers on machines of their own, with clocks that know nothing of each other. */
  function machine(host: string, options: Partial<JournalWorkerOptions> = {}) {
    const clock = { now: 1e6 * host.length };
    const worker = { host, beatMs: 0, graceMs: 60_000, now: () => clock.now, ...options };
    const open = () => JournalStudy.open(path, { name: 's', direction: 'maximize', worker });
    return { clock, open };
  }
  const nothing = { propose: () => null };

  test('is told by its counter, which stands still by the clock of whoever looks; then its trial is taken up', async () => {
    const [near, far] = [machine('near'), machine('far away')];
    const [a, b] = [await near.open(), await far.open()];
    await a.begin({ propose: () => rate(0.01) });
    await a.report(0, 10, 1);
    expect(await b.begin(nothing)).toBeNull();
    far.clock.now += 59_999;
    expect(await b.begin(nothing)).toBeNull();
    // It lives: its counter moves, and the time begins anew.
    await a.beat();
    far.clock.now += 1;
    expect(await b.begin(nothing)).toBeNull();
    far.clock.now += 59_999;
    expect(await b.begin(nothing)).toBeNull();
    far.clock.now += 1;
    expect(await b.begin(nothing)).toMatchObject({ isTakenUp: true, trial: { number: 0, params: { rate: 0.01 } } });
    expect(b.holds(0)).toBe(true);
  });

  test('is given the time for three signs of life, however impatient who looks is', async () => {
    const [near, far] = [machine('near', { beatMs: 30_000 }), machine('far away')];
    const [a, b] = [await near.open(), await far.open()];
    await a.begin({ propose: () => rate(0.01) });
    expect(await b.begin(nothing)).toBeNull();
    far.clock.now += 89_999;
    expect(await b.begin(nothing)).toBeNull();
    far.clock.now += 1;
    expect(await b.begin(nothing)).toMatchObject({ isTakenUp: true });
    await a.beat();
    expect(a.holds(0)).toBe(false);
  });

  test('and was only asleep, has lost its trial: nothing that it writes counts, and it learns so', async () => {
    const [near, far] = [machine('near'), machine('far away')];
    const [a, b] = [await near.open(), await far.open()];
    await a.begin({ propose: () => rate(0.01) });
    await a.report(0, 10, 1);
    await b.begin(nothing);
    far.clock.now += 60_000;
    await b.begin(nothing);
    const text = readFileSync(path, 'utf8');
    expect(a.holds(0)).toBe(true);
    await a.beat();
    expect(a.holds(0)).toBe(false);
    expect(await a.report(0, 20, 9)).toBe(false);
    expect(await a.setAttributes(0, 'user', { from: 'a' })).toBe(false);
    expect(await a.finish(0, 'complete', 9)).toBe(false);
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(await b.report(0, 20, 2)).toBe(true);
    expect(await b.finish(0, 'complete', 2)).toBe(true);
    expect(await a.trials()).toMatchObject([
      {
        ...{ state: 'complete', value: 2 },
        intermediateValues: new Map([
          [10, 1],
          [20, 2],
        ]),
      },
    ]);
  });

  test('counts as gone at once where its process is none of this machine any more, or it gave its trial back', async () => {
    const running = new Set([process.pid]);
    const [one, two] = [machine('same'), machine('same', { isRunning: pid => running.has(pid) })];
    const [a, b, c] = [await one.open(), await two.open(), await machine('other').open()];
    await a.begin({ propose: () => rate(0.01) });
    expect(await b.begin(nothing)).toBeNull();
    running.clear();
    expect(await b.begin(nothing)).toMatchObject({ isTakenUp: true });
    expect(await c.begin(nothing)).toBeNull();
    await b.giveBack();
    expect(b.holds(0)).toBe(false);
    expect(await c.begin(nothing)).toMatchObject({ isTakenUp: true, trial: { number: 0 } });
  });

  test('of a process that had the number of this one before, and of a version without a counter, is known too', async () => {
    const { clock, open } = machine('same');
    const claim = (worker: JsonObject) =>
      `${JSON.stringify({ op_code: 9, worker_id: 'x', trial_id: 0, system_attr: { 'zpin:worker': worker } })}\n`;
    const a = await open();
    await a.begin({ propose: () => rate(0.01) });
    appendFileSync(path, claim({ host: 'elsewhere', pid: 1 }));
    expect(await a.begin(nothing)).toBeNull();
    clock.now += 60_000;
    expect(await a.begin(nothing)).toMatchObject({ isTakenUp: true });
    appendFileSync(path, claim({ host: 'same', pid: process.pid }));
    expect(await a.begin(nothing)).toMatchObject({ isTakenUp: true });
  });

  test('is waited for, where that is wanted, until it has ended or left its trial', async () => {
    const waited: number[][] = [];
    const onWait = (trials: readonly { readonly number: number }[]) => waited.push(trials.map(({ number }) => number));
    const [a, b] = [await machine('near').open(), await machine('far away', { waits: true, onWait }).open()];
    await a.begin({ propose: () => rate(0.01) });
    const first = b.begin(nothing);
    await a.giveBack();
    expect(await first).toMatchObject({ isTakenUp: true, trial: { number: 0 } });
    const second = a.begin({ propose: () => rate(0.02) }).then(begun => a.finish(begun?.trial.id ?? -1, 'complete', 1));
    await Promise.all([second, b.finish(0, 'complete', 1)]);
    // A running trial of Optuna, which claims nothing, is not waited for.
    appendFileSync(path, `${JSON.stringify({ op_code: 4, worker_id: 'x', study_id: 0, datetime_start: null })}\n`);
    expect(await b.begin(nothing)).toBeNull();
    expect(waited.every(numbers => numbers.length === 1 && numbers[0] === 0)).toBe(true);
  });

  test('signs of life come by themselves as long as there is a trial', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const a = await machine('near', { beatMs: 5000 }).open();
      const beats = () => readFileSync(path, 'utf8').split('"beat":').length - 1;
      const next = async () => {
        const before = beats();
        vi.advanceTimersByTime(5000);
        while (beats() === before) await new Promise(resolve => setImmediate(resolve));
      };
      await a.begin({ propose: () => rate(0.01) });
      expect(beats()).toBe(1);
      await next();
      await next();
      expect(beats()).toBe(3);
      await a.finish(0, 'complete', 1);
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  test('whatever two workers do, and whenever their clocks run, each trial ends once, by the worker that had it last', async () => {
    const step = fc.record({
      who: fc.constantFrom(0, 1),
      what: fc.constantFrom('begin', 'beat', 'report', 'finish', 'sleep', 'give back'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(step, step), { maxLength: 12 }), async pairs => {
        rmSync(path, { force: true });
        const machines = [machine('near'), machine('far away')];
        const studies = [await machines[0].open(), await machines[1].open()];
        const has: (number | null)[] = [null, null];
        const ends: [trial: number, who: number][] = [];
        const act = async ({ who, what }: { readonly who: number; readonly what: string }) => {
          const [study, trial] = [studies[who], has[who]];
          if (what === 'sleep') machines[who].clock.now += 60_000;
          else if (what === 'begin' && trial === null)
            has[who] = (await study.begin({ propose: trials => (trials.length < 3 ? rate(0.01) : null) }))?.trial.id ?? null;
          else if (trial === null) return;
          else if (what === 'beat') await study.beat();
          else if (what === 'report') await study.report(trial, 1, who);
          else if (what === 'give back') {
            await study.giveBack();
            has[who] = null;
          } else if (what === 'finish') {
            if (await study.finish(trial, 'complete', who)) ends.push([trial, who]);
            has[who] = null;
          }
        };
        // Both at the same time: the lock says who is first.
        for (const [one, two] of pairs) await Promise.all(one.who === two.who ? [act(one)] : [act(one), act(two)]);
        const trials = await studies[0].trials();
        expect(await studies[1].trials()).toEqual(trials);
        expect(new Set(ends.map(([trial]) => trial)).size).toBe(ends.length);
        for (const [trial, who] of ends) expect(trials[trial]).toMatchObject({ state: 'complete', value: who });
        const held = trials.map(({ id }) => studies.filter(study => study.holds(id)).length);
        // As far as both have read, nobody has what the other one has.
        expect(held.every(count => count <= 1)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
});

describe('accidents', () => {
  test('half a line of a killed process is no line, and the next one stands in its place', async () => {
    const study = await JournalStudy.open(path, { name: 's', direction: 'maximize' });
    const whole = readFileSync(path, 'utf8');
    appendFileSync(path, '{"op_code":4,"worker_id":"x","stu');
    expect(await study.trials()).toEqual([]);
    await study.begin({ propose: () => rate(0.01) });
    const text = readFileSync(path, 'utf8');
    expect(text.startsWith(`${whole}{"op_code":4,`)).toBe(true);
    expect(text).not.toContain('"stu{');
    const again = await JournalStudy.open(path, { name: 's' });
    expect(await again.trials()).toHaveLength(1);
  });

  test('the lock of a killed process is taken away after its time of grace', async () => {
    symlinkSync('journal.log', `${path}.lock`);
    const study = await JournalStudy.open(path, { name: 's', direction: 'maximize', lock: { graceMs: 20 } });
    expect(study.study().name).toBe('s');
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  test('a lock that others keep is waited for, and not for ever', async () => {
    symlinkSync('journal.log', `${path}.lock`);
    const lock = new FileLock(path, { graceMs: 1e6, timeoutMs: 20 });
    await expect(lock.acquire()).rejects.toThrow(/FileLock: .*journal.log must be free, got "a lock for \d+ ms". Remove/);
  });

  test('whoever lost its lock leaves that of the next one alone', async () => {
    const slow = new FileLock(path);
    await slow.acquire();
    rmSync(`${path}.lock`);
    expect(slow.isHeld()).toBe(false);
    const next = new FileLock(path);
    await next.acquire();
    slow.release();
    expect(next.isHeld()).toBe(true);
    next.release();
    expect(next.isHeld()).toBe(false);
  });

  test.each([
    ['not JSON', 'line 2 of .* must be an operation of a journal, got "not JSON"'],
    ['[1]', 'must be an operation'],
    ['{"op_code":0,"study_name":"x"}', 'must have a known directions'],
    ['{"op_code":4,"study_id":0,"state":9}', 'must have a known state'],
    ['{"op_code":4,"study_id":0,"params":{"x":1},"distributions":{"x":"{}"}}', 'a distribution must be known, got "{}"'],
  ])('%s is refused', async (line, text) => {
    await JournalStudy.open(path, { name: 's', direction: 'maximize' });
    appendFileSync(path, `${line}\n`);
    await expect(JournalStudy.open(path, { name: 's' })).rejects.toThrow(new RegExp(text));
  });

  test('what does not fit is refused before anything is written', async () => {
    await expect(JournalStudy.open(path, { name: 's' })).rejects.toThrow('must hold the study, got "s". Check the path');
    expect(existsSync(path)).toBe(false);
    const study = await JournalStudy.open(path, { name: 's', direction: 'maximize' });
    await expect(JournalStudy.open(path, { name: 't' })).rejects.toThrow('There are s.');
    await expect(JournalStudy.open(path, { name: 's', direction: 'minimize' })).rejects.toThrow(
      'study s must minimize one value',
    );
    const text = readFileSync(path, 'utf8');
    await expect(study.begin({ propose: () => rate(1) })).rejects.toThrow('a value must be one of its parameter, got 1');
    await expect(study.finish(0, 'complete')).rejects.toThrow('a complete trial, and no other, must have a value');
    await expect(study.finish(0, 'complete', Number.NaN)).rejects.toThrow('must have a value, got NaN');
    await expect(study.report(3, 1, 1)).rejects.toThrow('the trial must be one of the study, got 3');
    expect(readFileSync(path, 'utf8')).toBe(text);
    expect(existsSync(`${path}.lock`)).toBe(false);
    await expect(JournalStudy.open(join(folder, 'no', 'j.log'), { name: 's', direction: 'maximize' })).rejects.toThrow(
      'writable',
    );
    writeFileSync(path, '');
    await expect(study.trials()).rejects.toThrow('must not shrink, got "0 of');
  });
});

describe('lines', () => {
  test('numbers that JSON has no word for come back, in texts they stay words', () => {
    const line = '{"op_code":7,"a":NaN,"b":[-Infinity,Infinity],"c":"NaN, \\"Infinity\\"","d":{"e":-1.5}}';
    const operation = parseLine(line, 'line 1');
    expect(operation).toEqual({
      ...{
        op_code: 7,
        a: Number.NaN,
        b: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
        c: 'NaN, "Infinity"',
        d: { e: -1.5 },
      },
    });
    expect(formatLine(operation)).toBe(line);
  });

  test('any operation comes back', () => {
    const value = fc.letrec<{ value: unknown }>(tie => ({
      value: fc.oneof({ maxDepth: 2 }, fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.array(tie('value'))),
    })).value;
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), value, (op_code, content) => {
        const operation = { op_code, content } as JsonObject;
        const back = parseLine(formatLine(operation), 'line');
        // JSON has no −0.
        expect(JSON.stringify([back.content, String(back.content)])).toBe(JSON.stringify([content, String(content)]));
      }),
      { numRuns: 200 },
    );
  });

  test.each<Parameter>([
    { type: 'float', low: 1e-5, high: 1, log: true },
    { type: 'float', low: 0, high: 1, step: 0.1 },
    { type: 'int', low: 1, high: 9 },
    { type: 'int', low: 1, high: 9, step: 2 },
    { type: 'int', low: 1, high: 9, log: true },
    { type: 'categorical', choices: ['a', 1, null, false] },
  ])('%j comes back', parameter => {
    expect(parseDistribution(formatDistribution(parameter))).toEqual(parameter);
  });
});
