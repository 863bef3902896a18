import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@zpin/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { search } from '../src/index.ts';
import { EmbeddedDatabase, QueuedStudy, type QueueOptions, SweepQueue } from '../src/postgres/index.ts';
import type { SearchSpace } from '../src/space/parameter.ts';

const folder = inScratchFolder();
// As root, the database runs as another user, who must get at its folder.
chmodSync(folder, 0o755);

const SPACE: SearchSpace = { x: { type: 'float', low: 0, high: 1 }, way: { type: 'categorical', choices: ['a', 'b'] } };
const PLAN = { algorithm: 'ppo', trials: 6 };
const OPTIONS: QueueOptions = { where: 'test', version: '1.0.0' };
/** Against hangs only: a database is started, on a machine that may have other work. */
const PATIENCE = 300_000;

let server: EmbeddedDatabase;
const open: SweepQueue[] = [];
const connect = async (options: Partial<QueueOptions> = {}) => {
  const queue = await SweepQueue.connect(server.url, { ...OPTIONS, ...options });
  open.push(queue);
  return queue;
};
const begin = { propose: () => ({ space: SPACE, params: { x: 0.5, way: 'a' } }) };
/** As a machine that lost its current leaves it, an hour ago. */
const lose = async (queue: SweepQueue) => {
  await queue.database.query("UPDATE zpin.workers SET seen_at = now() - interval '1 hour' WHERE id = $1", [queue.workerId]);
  await queue.database.query("UPDATE pgboss.job SET started_on = now() - interval '1 hour' WHERE state = 'active'");
};

beforeAll(async () => {
  server = await EmbeddedDatabase.open(join(folder, 'database'), 'test');
}, PATIENCE);
afterEach(async () => {
  await Promise.all(open.splice(0).map(queue => queue.close()));
});
afterAll(async () => {
  await server.stop();
}, PATIENCE);

async function work(queue: SweepQueue, name: string, value = (number: number) => number / 10) {
  const study = new QueuedStudy(queue, await queue.find(name));
  const ended: number[] = [];
  const events = search({
    ...{ storage: study, space: SPACE, direction: 'maximize', sampler: 'random', pruning: { type: 'none' }, seed: 1, trials: 6 },
    evaluate: async ({ trial }, report) => {
      await report(1, Number.NaN);
      await report(2, Number.POSITIVE_INFINITY);
      await report(3, trial.number);
      return value(trial.number);
    },
  });
  for await (const event of events) if (event.type === 'ended') ended.push(event.trial.number);
  return { study, ended };
}

it('begins in an empty database, however many begin at once', { timeout: PATIENCE }, async () => {
  const first = await SweepQueue.connect(server.url, OPTIONS);
  for (let time = 0; time < 3; time++) {
    await first.database.query('DROP SCHEMA IF EXISTS pgboss, zpin CASCADE');
    const queues = await Promise.allSettled(Array.from({ length: 6 }, () => SweepQueue.connect(server.url, OPTIONS)));
    expect(queues.filter(({ status }) => status === 'rejected')).toEqual([]);
    await Promise.all(queues.map(queue => queue.status === 'fulfilled' && queue.value.close()));
  }
  await first.close();
});

describe('a sweep in a database', { timeout: PATIENCE }, () => {
  it('gives every trial to one of several workers, and keeps what it came to', async () => {
    const [first, second] = [await connect(), await connect()];
    await Promise.all([first.open('shared', PLAN, 6), second.open('shared', PLAN, 6)]);
    const done = await Promise.all([work(first, 'shared'), work(second, 'shared')]);
    expect(done.flatMap(({ ended }) => ended).sort()).toEqual([0, 1, 2, 3, 4, 5]);
    const trials = await done[0].study.trials();
    expect(trials.map(({ number, state, value }) => [number, state, value])).toEqual(
      [0, 1, 2, 3, 4, 5].map(number => [number, 'complete', number / 10]),
    );
    expect([...trials[4].intermediateValues]).toEqual([
      [1, Number.NaN],
      [2, Number.POSITIVE_INFINITY],
      [3, 4],
    ]);
    // What random search proposes depends on seed and number alone.
    const alone = await connect();
    await alone.open('alone', PLAN, 6);
    const again = await (await work(alone, 'alone')).study.trials();
    expect(again.map(({ params }) => params)).toEqual(trials.map(({ params }) => params));
    expect((await alone.find('alone')).isOpen).toBe(false);
  });

  it('gets more trials on demand, and none twice', async () => {
    const queue = await connect();
    await queue.open('more', PLAN, 2);
    expect((await work(queue, 'more')).ended).toEqual([0, 1]);
    expect((await queue.open('more', PLAN, 3)).plan).toEqual({ ...PLAN, trials: 3 });
    expect((await work(queue, 'more')).ended).toEqual([2]);
    await queue.open('more', PLAN, 3);
    expect((await work(queue, 'more')).ended).toEqual([]);
  });

  it('gives the trial of a lost worker to the next one, whose word alone counts from then on', async () => {
    const [lost, next] = [await connect(), await connect()];
    const sweep = await lost.open('lost', PLAN, 1);
    const before = new QueuedStudy(lost, sweep);
    const { trial } = (await before.begin(begin)) ?? expect.fail('a trial must be there');
    const content = Uint8Array.of(0, 255, 7);
    expect(await before.saveFiles(trial.id, 3, [{ path: 'best/policy.bin', content }])).toBe(true);
    expect(await before.addMetrics(trial.id, 3, 100, { evaluation: 5, loss: Number.NaN })).toBe(true);
    const after = new QueuedStudy(next, sweep, { waits: false });
    expect(await after.begin(begin)).toBeNull();
    await lose(lost);
    expect(await after.begin(begin)).toMatchObject({ isTakenUp: true, trial: { id: trial.id, params: { x: 0.5, way: 'a' } } });
    expect((await after.files(trial.id, 3)).map(file => [file.path, [...file.content]])).toEqual([
      ['best/policy.bin', [0, 255, 7]],
    ]);
    expect(await before.report(trial.id, 1, 9)).toBe(false);
    expect(await before.saveFiles(trial.id, 3, [])).toBe(false);
    expect(await before.finish(trial.id, 'complete', 9)).toBe(false);
    expect(await after.setAttributes(trial.id, 'user', { note: 'x' })).toBe(true);
    expect(await after.finish(trial.id, 'complete', 4)).toBe(true);
    expect(await after.trials()).toMatchObject([
      { state: 'complete', value: 4, userAttributes: { note: 'x' }, intermediateValues: new Map() },
    ]);
    expect((await next.find('lost')).isOpen).toBe(false);
    const [row] = await next.database.query("SELECT step, value FROM zpin.metrics WHERE name = 'evaluation' AND trial_id = $1", [
      trial.id,
    ]);
    expect([Number(row.step), row.value]).toEqual([100, 5]);
  });

  it('takes a job back that a worker had taken before it noted its trial', async () => {
    const [lost, next] = [await connect(), await connect()];
    const sweep = await lost.open('noted', PLAN, 1);
    expect(await lost.take(sweep.id)).not.toBeNull();
    const study = new QueuedStudy(next, sweep, { waits: false });
    expect(await study.begin(begin)).toBeNull();
    await lose(lost);
    expect(await study.begin(begin)).toMatchObject({ isTakenUp: false, trial: { number: 0 } });
  });

  it('gives a stopped trial back at once', async () => {
    const [first, second] = [await connect(), await connect()];
    const sweep = await first.open('stopped', PLAN, 1);
    const study = new QueuedStudy(first, sweep);
    await study.begin(begin);
    await study.giveBack();
    const taken = await new QueuedStudy(second, sweep, { waits: false }).begin(begin);
    expect(taken).toMatchObject({ isTakenUp: true, trial: { number: 0 } });
  });

  it('counts a job as done whose end was noted, although the answer was lost', async () => {
    const queue = await connect();
    const sweep = await queue.open('answer', PLAN, 1);
    const study = new QueuedStudy(queue, sweep);
    const { trial } = (await study.begin(begin)) ?? expect.fail('a trial must be there');
    await queue.database.query("UPDATE zpin.trials SET state = 'complete', value = 3 WHERE id = $1", [trial.id]);
    expect(await study.finish(trial.id, 'complete', 3)).toBe(false);
    expect((await queue.find('answer')).isOpen).toBe(false);
    expect(await study.begin(begin)).toBeNull();
  });

  it('waits while the database restarts, and goes on', async () => {
    const outages: boolean[] = [];
    const queue = await connect({ onOutage: isBack => outages.push(isBack) });
    await queue.open('restart', PLAN, 4);
    const restarts: Promise<EmbeddedDatabase>[] = [];
    const { ended } = await work(queue, 'restart', number => {
      if (number === 1) restarts.push(server.stop().then(() => EmbeddedDatabase.open(join(folder, 'database'), 'test')));
      return number;
    });
    expect(ended).toEqual([0, 1, 2, 3]);
    const [again] = await Promise.all(restarts);
    expect(again.url).toBe(server.url);
    server = again;
    expect(outages).toEqual([false, true]);
  });
});

describe('what does not fit is told clearly', { timeout: PATIENCE }, () => {
  const refused = async (url: string, options: Partial<QueueOptions> = {}) =>
    SweepQueue.connect(url, { ...OPTIONS, ...options }).then(
      () => expect.fail('it must be refused'),
      (error: unknown) => {
        expect(error).toBeInstanceOf(InputError);
        return (error as InputError).message;
      },
    );

  it('a wrong password, database, host or address', async () => {
    const url = new URL(server.url);
    url.password = 'wrong';
    expect(await refused(url.href)).toMatch(
      /^test: the database must accept the password of zpin, got "password authentication failed/,
    );
    expect(await refused(server.url.replace(/zpin$/, 'none'))).toBe(
      'test: the database must exist, got "none". Make it: createdb none.',
    );
    expect(await refused('postgres://u@127.0.0.1:1/x')).toMatch(
      /^test: the database must be reachable, got "127.0.0.1:1: connect ECONNREFUSED/,
    );
    expect(await refused('postgres:x')).toMatch(
      /^test: --queue must be the address of a PostgreSQL database, got "postgres:x"\./,
    );
    expect(await refused('mysql://u:secret@host/x')).toBe(
      'test: --queue must be the address of a PostgreSQL database, got "mysql://u:…@host/x". Write postgres://user:password@host:5432/database.',
    );
  });

  it('another version of the program, or of the tables', async () => {
    const queue = await connect();
    const sweep = await queue.open('versions', PLAN, 1);
    const other = await connect({ version: '2.0.0' });
    const text =
      'test: who works on versions must have the version of zpin that began it, 1.0.0, got "2.0.0". Install zpin 1.0.0 here.';
    expect(() => other.checkVersion(sweep)).toThrow(text);
    await expect(other.open('versions', PLAN, 1)).rejects.toThrow(text);
    await queue.database.query('UPDATE zpin.meta SET version = 9');
    expect(await refused(server.url)).toMatch(/^test: the tables of the queue must be of version 1, got 9\./);
    await queue.database.query('UPDATE zpin.meta SET version = 1');
  });

  it('an unknown sweep', async () => {
    await expect((await connect()).find('nothing')).rejects.toThrow(
      'the sweep must be in the database, got "nothing". There are shared, alone, more, ',
    );
  });
});
