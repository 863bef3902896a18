import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { EmbeddedDatabase, QueueDatabase, type QueueOptions, RolloutQueue, type RolloutWork } from '../src/postgres/index.ts';

const folder = inScratchFolder();
// As root, the database runs as another user, who must get at its folder.
chmodSync(folder, 0o755);

/** Against hangs only: a database is started, on a machine that may have other work. */
const PATIENCE = 300_000;
let server: EmbeddedDatabase;
const open: QueueDatabase[] = [];
const connect = async (options: Partial<QueueOptions> = {}) => {
  const base = await QueueDatabase.connect(server.url, { where: 'test', version: '1.0.0', ...options });
  open.push(base);
  return new RolloutQueue(base);
};
/** As a machine that lost its current leaves it, an hour ago. */
const lose = ({ base }: RolloutQueue) =>
  base.database.query("UPDATE zpin.workers SET seen_at = now() - interval '1 hour' WHERE id = $1", [base.workerId]);
const bytes = (...values: number[]) => Uint8Array.from(values);
const none = { policyVersion: 0, slots: new Map<number, number>() };
const joined = async (queue: RolloutQueue): Promise<RolloutWork> => (await queue.join()) ?? expect.fail('there must be a place');

beforeAll(async () => {
  server = await EmbeddedDatabase.open(join(folder, 'database'), 'test');
}, PATIENCE);
afterEach(async () => {
  await Promise.all(open.splice(0).map(base => base.close()));
});
afterAll(async () => {
  await server.stop();
}, PATIENCE);

describe('rollouts over a database', { timeout: PATIENCE }, () => {
  it('brings tasks, policies and states to workers, and answers back', async () => {
    const [learner, queue] = [await connect(), await connect()];
    expect(await queue.join()).toBeNull();
    const run = await learner.open({ name: 'host:run', setup: bytes(7), slots: 2 });
    const work = await joined(queue);
    expect([work.run.name, [...work.run.setup]]).toEqual(['host:run', [7]]);
    expect(await run.members()).toBe(1);

    const policy = { version: 1, bytes: bytes(0, 255) };
    const answers = [0, 1].map(slot => run.ask({ slot, task: bytes(10 + slot), policy }));
    const first = (await work.take(none)) ?? expect.fail('a task must be there');
    expect(first).toMatchObject({ slot: 0, count: 1, state: null, policyVersion: 1 });
    expect([[...first.task], [...(first.policy ?? [])]]).toEqual([[10], [0, 255]]);
    expect(await work.answer(first, { result: bytes(1), state: bytes(2) })).toBe(true);
    // It has the policy, and the slot that it had before.
    const held = { policyVersion: 1, slots: new Map([[0, 1]]) };
    const second = (await work.take(held)) ?? expect.fail('a task must be there');
    expect(second).toMatchObject({ slot: 1, count: 1, policy: null });
    await work.answer(second, { result: bytes(3), state: bytes(4) });
    expect((await Promise.all(answers)).map(({ result, state }) => [...result, ...state])).toEqual([
      [1, 2],
      [3, 4],
    ]);

    const again = [0, 1].map(slot => run.ask({ slot, task: bytes(20 + slot), policy: { version: 2, bytes: bytes(9) } }));
    const own = (await work.take(held)) ?? expect.fail('a task must be there');
    // What it held goes first, without its state; of the other one it gets where it is.
    expect(own).toMatchObject({ slot: 0, count: 2, state: null, policyVersion: 2 });
    await work.answer(own, { result: bytes(5), state: bytes(6) });
    const other = (await work.take({ policyVersion: 2, slots: new Map([[0, 2]]) })) ?? expect.fail('a task must be there');
    expect([other.slot, [...(other.state ?? [])], other.policy]).toEqual([1, [4], null]);
    const burnt = expect(again[1]).rejects.toThrow('it burns');
    await work.refuse(other, 'it burns');
    await burnt;
    expect([...(await again[0]).result]).toEqual([5]);
    await run.close();
    expect(await work.take(none)).toBeNull();
    await work.leave();
    expect(await queue.join()).toBeNull();
  });

  it('gives the task of a lost worker to the next one, and counts one answer', async () => {
    const [learner, lost, next] = [await connect(), await connect(), await connect()];
    const run = await learner.open({ name: 'host:lost', setup: bytes(), slots: 1 });
    const before = await joined(lost);
    // The only place is taken.
    expect(await next.join()).toBeNull();
    const answer = run.ask({ slot: 0, task: bytes(1) });
    const taken = (await before.take(none)) ?? expect.fail('a task must be there');
    await lose(lost);
    const after = await joined(next);
    const same = (await after.take(none)) ?? expect.fail('a task must be there');
    expect(same).toMatchObject({ slot: 0, count: 1 });
    expect(await before.answer(taken, { result: bytes(0), state: bytes(0) })).toBe(false);
    expect(await after.answer(same, { result: bytes(8), state: bytes(8) })).toBe(true);
    expect(await after.answer(same, { result: bytes(9), state: bytes(9) })).toBe(false);
    expect([...(await answer).result]).toEqual([8]);
    // What is given back can be taken again.
    const more = run.ask({ slot: 0, task: bytes(2) });
    const given = (await after.take(none)) ?? expect.fail('a task must be there');
    await after.giveBack(given);
    const back = (await after.take(none)) ?? expect.fail('a task must be there');
    expect(back).toMatchObject({ slot: 0, count: 2 });
    await after.answer(back, { result: bytes(3), state: bytes(3) });
    await more;
    for (const each of [before, after]) await each.leave();
    await run.close();
  });

  it('a learner that begins anew takes the place of the one before, and workers leave one that is lost', async () => {
    const [first, second, queue] = [await connect(), await connect(), await connect()];
    await first.open({ name: 'host:again', setup: bytes(1), slots: 1 });
    const work = await joined(queue);
    const waiting = work.take(none);
    const run = await second.open({ name: 'host:again', setup: bytes(2), slots: 1 });
    expect(await waiting).toBeNull();
    await work.leave();
    const next = await joined(queue);
    expect([...next.run.setup]).toEqual([2]);
    await lose(second);
    expect(await next.take(none)).toBeNull();
    await next.leave();
    expect(await queue.join()).toBeNull();
    await run.close();
  });

  it('goes to the run that lacks most workers', async () => {
    const [one, other] = [await connect(), await connect()];
    const runs = [
      await one.open({ name: 'host:small', setup: bytes(1), slots: 1 }),
      await other.open({ name: 'host:large', setup: bytes(2), slots: 2 }),
    ];
    const works: RolloutWork[] = [];
    for (let i = 0; i < 3; i++) works.push(await joined(await connect()));
    expect(works.map(({ run }) => run.name)).toEqual(['host:large', 'host:small', 'host:large']);
    expect(await (await connect()).join()).toBeNull();
    for (const work of works) await work.leave();
    for (const run of runs) await run.close();
  });

  it('waits while the database restarts, and goes on', async () => {
    const outages: boolean[] = [];
    const [learner, queue] = [await connect({ onOutage: isBack => outages.push(isBack) }), await connect()];
    const run = await learner.open({ name: 'host:restart', setup: bytes(), slots: 1 });
    const work = await joined(queue);
    for (let i = 1; i <= 3; i++) {
      const answer = run.ask({ slot: 0, task: bytes(i) });
      const task = (await work.take(none)) ?? expect.fail('a task must be there');
      if (i === 2) {
        await server.stop();
        const back = EmbeddedDatabase.open(join(folder, 'database'), 'test');
        const told = work.answer(task, { result: bytes(i), state: bytes(i) });
        server = await back;
        expect(await told).toBe(true);
      } else await work.answer(task, { result: bytes(i), state: bytes(i) });
      expect([...(await answer).result]).toEqual([i]);
    }
    await work.leave();
    await run.close();
  });

  it('refuses workers of another version', async () => {
    const [learner, other] = [await connect(), await connect({ version: '2.0.0' })];
    const run = await learner.open({ name: 'host:version', setup: bytes(), slots: 1 });
    await expect(other.join()).rejects.toThrow(
      'test: who works on host:version must have the version of zpin that began it, 1.0.0, got "2.0.0". Install zpin 1.0.0 here.',
    );
    await run.close();
  });
});
