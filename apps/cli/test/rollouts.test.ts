import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { EmbeddedDatabase, QueueDatabase } from '@zpin/sweep/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunFolder, readMetrics } from 'zpin/node';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { ownVersion } from '../src/own-package.ts';
import { ChildCommand } from '../src/processes/child-command.ts';
import { runCli } from './run-cli.ts';

// As root, the database runs as another user, who must get at its folder.
chmodSync(inScratchFolder(), 0o755);

/** Against hangs only: databases and processes are started. */
const PATIENCE = 300_000;
const TINY = ['--num-envs', '4', '--rollout-length', '16', '--batch-size', '32', '--epochs', '2', '--hidden-sizes', '8'];
const TRAIN = ['train', 'dppo', '--env', 'Pendulum-v1', '--no-preset', ...TINY, '--workers', '2', '--eval-episodes', '2'];

/** What a run has come to, beside its times. */
function foundIn(path: string) {
  const folder = new RunFolder(path);
  return { policy: readFileSync(folder.file('policy')).toString('base64'), metrics: readMetrics(folder) };
}

/** A worker in a process of its own, with the lines that it printed. */
function startWorker(url: string, heard: (line: string) => void = () => undefined) {
  const argv = ['worker', '--queue', url, '--only', 'rollouts', '--json'];
  return new ChildCommand({ argv, command: 'zpin', cwd: process.cwd(), onLine: heard });
}

describe('DPPO with workers of a database', { timeout: PATIENCE }, () => {
  let server: EmbeddedDatabase;
  let base: QueueDatabase;
  beforeAll(async () => {
    expect((await runCli([...TRAIN, '--steps', '1024', '--run-dir', 'threads', '--quiet'])).exitCode).toBe(0);
    mkdirSync('server');
    server = await EmbeddedDatabase.open('server/database', 'test');
    base = await QueueDatabase.connect(server.url, { where: 'test', version: ownVersion() });
  }, PATIENCE);
  afterAll(async () => {
    await base.close();
    await server.stop();
  }, PATIENCE);

  it('comes to what threads come to, although a worker is killed, and goes on from its checkpoint', async () => {
    const lines: string[] = [];
    const workers = [startWorker(server.url), startWorker(server.url, line => lines.push(line))];
    const isAsked = async () => {
      const [row] = await base.database.query('SELECT min(answered) AS least FROM zpin.rollout_tasks');
      return Number(row?.least ?? 0) >= 2;
    };
    const half = runCli([...TRAIN, '--steps', '512', '--run-dir', 'queued', '--quiet', '--queue', server.url]);
    while (!(await isAsked())) await new Promise(resolve => setImmediate(resolve));
    workers[0].kill();
    expect((await workers[0].ended).exitCode).toBeNull();
    // As if its time of grace were over.
    await base.database.query(
      "UPDATE zpin.workers SET seen_at = now() - interval '1 hour' WHERE id NOT IN (SELECT learner_id FROM zpin.rollout_runs)",
    );
    const first = await half;
    expect([first.exitCode, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(/^Distributed .*\n.*\n2 workers may take part: zpin worker --queue …\n/);
    const rest = await runCli(['train', '--resume', 'queued', '--steps', '1024', '--quiet', '--queue', server.url]);
    expect([rest.exitCode, rest.err]).toEqual([0, '']);
    workers[1].stop('SIGTERM');
    expect((await workers[1].ended).exitCode).toBe(143);
    expect(foundIn('queued').policy).toBe(foundIn('threads').policy);
    const told = lines.map(line => JSON.parse(line) as { type: string; run: string; rollouts?: number });
    expect(told.map(({ type }) => type)).toEqual(['joined', 'left', 'joined', 'left']);
    expect(told[0].run).toMatch(/:.*queued$/);
    // Of a run that is over nothing is left in the database.
    expect(await base.database.query('SELECT FROM zpin.rollout_runs')).toEqual([]);
  });

  it('starts a database in its run folder where none is named, which stays as long as a worker is connected', async () => {
    let worker: ChildCommand | undefined;
    const run = await runCli([...TRAIN, '--steps', '256', '--run-dir', 'own', '--queue'], {
      onWrite: text => {
        const [, url] = /worker --queue (postgres:\S+)/.exec(text) ?? [];
        if (url) worker = startWorker(url);
      },
    });
    expect([run.exitCode, run.out]).toEqual([
      0,
      expect.stringContaining('2 workers may take part, on this machine: zpin worker'),
    ]);
    expect(run.err).toBe('The database stays for the workers that are connected to it, and ends after them.\n');
    // The same database, for a run that goes on.
    const rest = await runCli(['train', '--resume', 'own', '--steps', '512', '--quiet', '--queue']);
    expect([rest.exitCode, rest.err]).toEqual([0, '']);
    worker?.stop('SIGTERM');
    expect((await worker?.ended)?.exitCode).toBe(143);
    const isRunning = () => existsSync('own/database/postmaster.pid');
    while (isRunning()) await new Promise(resolve => setTimeout(resolve, 50));
  });

  it('stops without workers, after it has said that it waits for some', async () => {
    const argv = [...TRAIN, '--steps', '256', '--run-dir', 'alone', '--queue', server.url];
    const { exitCode, err } = await runCli(argv, {
      onWrite: (text, io) => {
        if (text.includes('workers may take part')) io.send('SIGINT');
      },
    });
    expect(exitCode).toBe(1);
    expect(err).toContain('zpin train dppo: a worker must take part, got "none". Start one: zpin worker --queue …');
  });

  it('tells a worker of another version what it lacks', async () => {
    const [learner, other] = ['1.0.0', ownVersion()].map(version =>
      QueueDatabase.connect(server.url, { where: 'test', version }),
    );
    const { RolloutQueue } = await import('@zpin/sweep/postgres');
    const run = await new RolloutQueue(await learner).open({ name: 'host:old', setup: new Uint8Array(), slots: 1 });
    const { exitCode, err } = await runCli(['worker', '--queue', server.url]);
    expect([exitCode, err]).toEqual([
      2,
      expect.stringContaining('who works on host:old must have the version of zpin that began it, 1.0.0'),
    ]);
    await run.close();
    await (await learner).close();
    await (await other).close();
  });

  it.each([
    [
      ['train', 'ppo', '--env', 'CartPole-v1', '--queue', 'postgres://u@127.0.0.1:1/x'],
      '--queue goes with dppo, whose workers may be',
    ],
    [
      ['train', '--resume', 'threads', '--queue', 'http://x'],
      '--queue must be the address of a PostgreSQL database, got "http://x"',
    ],
    [[...TRAIN, '--queue', 'postgres://u@127.0.0.1:1/x'], 'zpin train dppo: the database must be reachable, got "127.0.0.1:1'],
    [['worker', '--queue', 'postgres://u@127.0.0.1:1/x', '--only', 'x'], '--only must be rollouts or trials, got "x"'],
  ])('refuses %j', async (argv, text) => {
    const { exitCode, err } = await runCli(argv);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(text)]);
  });
});
