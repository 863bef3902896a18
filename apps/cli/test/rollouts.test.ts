import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { EmbeddedDatabase, QueueDatabase } from '@zpin/sweep/postgres';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
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
  const worker = new ChildCommand({ argv, command: 'zpin', cwd: process.cwd(), onLine: heard });
  started.push(worker);
  return worker;
}

/** Those of the test in progress: what one test leaves behind would take part in the next. */
const started: ChildCommand[] = [];
afterEach(() => {
  for (const worker of started.splice(0)) worker.kill();
});

describe('DPPO with workers of a database', { timeout: PATIENCE }, () => {
  let server: EmbeddedDatabase;
  let base: QueueDatabase;
  beforeAll(async () => {
    expect((await runCli([...TRAIN, '--steps', '8192', '--run-dir', 'threads', '--quiet'])).exitCode).toBe(0);
    mkdirSync('server');
    server = await EmbeddedDatabase.open('server/database', 'test');
    base = await QueueDatabase.connect(server.url, { where: 'test', version: ownVersion() });
  }, PATIENCE);
  afterAll(async () => {
    await base.close();
    await server.stop();
  }, PATIENCE);

  /** Kills a worker once each part of a run has been worked on so many times, as if its time of grace were over then. */
  async function killAfter(worker: ChildCommand, count: number, run: ReturnType<typeof runCli>): Promise<void> {
    let end: Awaited<typeof run> | undefined;
    void run.then(result => {
      end = result;
    });
    for (let least = 0; least < count; ) {
      // The answer of a run that is over would never come.
      if (end) throw new Error(`the run was over before its worker could be killed: ${end.exitCode}, ${end.err}`);
      const [row] = await base.database.query('SELECT min(answered) AS least FROM zpin.rollout_tasks');
      least = Number(row?.least ?? 0);
    }
    worker.kill();
    const { exitCode, errors } = await worker.ended;
    expect(exitCode, errors).toBeNull();
    await base.database.query(
      "UPDATE zpin.workers SET seen_at = now() - interval '1 hour' WHERE id NOT IN (SELECT learner_id FROM zpin.rollout_runs)",
    );
  }

  it('comes to what threads come to, although a worker is killed, and goes on from its checkpoint', async () => {
    const lines: string[] = [];
    const workers = [startWorker(server.url), startWorker(server.url, line => lines.push(line))];
    const half = runCli([...TRAIN, '--steps', '4096', '--run-dir', 'queued', '--quiet', '--queue', server.url]);
    await killAfter(workers[0], 2, half);
    const first = await half;
    expect([first.exitCode, first.err]).toEqual([0, '']);
    expect(first.out).toMatch(/^Distributed .*\n.*\n2 workers may take part: zpin worker --queue …\n/);
    const rest = await runCli(['train', '--resume', 'queued', '--steps', '8192', '--quiet', '--queue', server.url]);
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

  it('goes on with the level of a curriculum where another worker takes over', async () => {
    // Pendulum has no end of its own: the lengths of its episodes tell the level.
    writeFileSync('levels.json', JSON.stringify({ levels: [{ maxEpisodeSteps: 20 }], advance: { steps: 256 } }));
    const train = [...TRAIN, '--curriculum', 'levels.json', '--env-option', 'maxEpisodeSteps=50', '--steps', '8192', '--quiet'];
    const threads = await runCli([...train, '--run-dir', 'levels']);
    expect([threads.exitCode, threads.err]).toEqual([0, '']);
    const lines: string[] = [];
    const first = startWorker(server.url);
    const queued = runCli([...train, '--run-dir', 'queued-levels', '--queue', server.url]);
    // 64 steps a rollout: the level is over after the fourth.
    await killAfter(first, 6, queued);
    const second = startWorker(server.url, line => lines.push(line));
    const { exitCode, err } = await queued;
    expect([exitCode, err]).toEqual([0, '']);
    second.stop('SIGTERM');
    await second.ended;
    // It had both parts, for what was left of 128 rollouts.
    const told = lines.map(line => JSON.parse(line) as { type: string; rollouts?: number });
    expect(told.find(({ type }) => type === 'left')?.rollouts).toBeGreaterThan(8);
    const lengths = foundIn('levels').metrics.flatMap(event => (event.type === 'episode' ? [event.episodeLength] : []));
    expect(new Set(lengths)).toEqual(new Set([20, 50]));
    expect(foundIn('queued-levels')).toEqual(foundIn('levels'));
  });

  it('trains several seeds, each as it would be trained alone, and keeps no address with them', async () => {
    const worker = startWorker(server.url);
    const argv = [...TRAIN, '--seeds', '1-2', '--steps', '8192', '--run-dir', 'seeds', '--queue', server.url];
    const { exitCode, err, out } = await runCli(argv);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toContain('workers take part: zpin worker --queue …\n');
    worker.stop('SIGTERM');
    await worker.ended;
    expect(foundIn('seeds/seed1')).toEqual(foundIn('threads'));
    expect(readFileSync('seeds/seeds.json', 'utf8')).not.toContain('postgres');
    expect(existsSync('seeds/seed2/summary.json')).toBe(true);
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
      ['train', 'ppo', '--env', 'CartPole-v1', '--seeds', '1-2', '--queue', 'postgres://u@127.0.0.1:1/x'],
      'zpin train ppo: --queue goes with dppo, whose workers may be',
    ],
    [[...TRAIN, '--seeds', '1-2', '--queue'], '--queue must have an address where there are several seeds, got "none"'],
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
