import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { JournalStudy } from '@zpin/sweep/node';
import { EmbeddedDatabase, SweepQueue } from '@zpin/sweep/postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inScratchFolder } from '../../../tools/testing/scratch-folder.ts';
import { ownVersion } from '../src/own-package.ts';
import { ChildCommand } from '../src/processes/child-command.ts';
import { runCli } from './run-cli.ts';

// As root, the database runs as another user, who must get at its folder.
chmodSync(inScratchFolder(), 0o755);

/** Against hangs only: databases and processes are started. */
const PATIENCE = 300_000;
const FILE = `
algorithm: ppo
env: CartPole-v1
steps: 512
trials: 3
seeds: 2
evaluations: 4
evalEpisodes: 2
sampler: random
pruning: none
settings: { numEnvs: 2, rolloutLength: 32, batchSize: 32, epochs: 2, hiddenSizes: [8], learningRate: { low: 0.0001, high: 0.01, log: true } }
`;

type Told = { number: number; state: string; value: number; params: object };
const shown = async (...argv: string[]) =>
  (JSON.parse((await runCli(['sweep', 'show', ...argv, '--json'])).out).trialsSoFar as Told[]).map(
    ({ number, state, value, params }) => [...[number, state, value, params]],
  );

describe('a sweep in a database', { timeout: PATIENCE }, () => {
  let undisturbed: Awaited<ReturnType<typeof shown>>;
  let server: EmbeddedDatabase;
  beforeAll(async () => {
    writeFileSync('sweep.yaml', FILE);
    expect((await runCli(['sweep', 'sweep.yaml', '--out', 'journal'])).exitCode).toBe(0);
    undisturbed = await shown('journal');
    mkdirSync('server');
    server = await EmbeddedDatabase.open('server/database', 'test');
  }, PATIENCE);
  afterAll(async () => {
    await server.stop();
  }, PATIENCE);

  it('that is started by the command comes to what one without a database comes to', async () => {
    const { exitCode, out, err } = await runCli(['sweep', 'sweep.yaml', '--queue', '--out', 'own']);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out).toMatch(
      /^own: 3 trials of 2 seeds, 512 steps each\nworkers take part, on this machine: zpin worker --queue postgres:\/\/zpin:/,
    );
    expect(out).toMatch(/^the best settings as a file: zpin sweep best own --queue$/m);
    expect(await shown('own', '--queue')).toEqual(undisturbed);
    // The journal has the same trials for Optuna.
    const journal = await JournalStudy.open('journal/journal.log', { name: 'ppo on CartPole-v1' });
    expect((await journal.trials()).map(({ value }) => value)).toEqual(undisturbed.map(([, , value]) => value));
  });

  it('leaves the runs of the best trial and its settings on demand', async () => {
    const { exitCode, err } = await runCli(['sweep', 'best', 'own', '--queue']);
    expect([exitCode, err]).toEqual([0, '']);
    const best = undisturbed.reduce((a, b) => (Number(b[2]) > Number(a[2]) ? b : a));
    expect(JSON.parse(readFileSync('own/best.json', 'utf8'))).toMatchObject(best[3] as object);
    const returns = [1, 2].map(
      seed => JSON.parse(readFileSync(`own/trials/000${best[0]}-seed${seed}/summary.json`, 'utf8')).evalReturnMean,
    );
    expect((returns[0] + returns[1]) / 2).toBe(best[2]);
    expect(existsSync(`own/trials/000${best[0]}-seed1/policy.bin`)).toBe(true);
  });

  it('goes on where a killed worker was, with the numbers of an undisturbed one', async () => {
    const queue = await SweepQueue.connect(server.url, { where: 'test', version: ownVersion() });
    const { trialsSoFar: _, ...plan } = JSON.parse((await runCli(['sweep', 'show', 'journal', '--json'])).out);
    await queue.open('killed', plan, 3);
    const saved = async () => {
      const rows = await queue.database.query("SELECT FROM zpin.files WHERE path = 'checkpoint.bin'");
      return rows.length > 0;
    };
    const worker = new ChildCommand({
      ...{ argv: ['worker', '--queue', server.url], command: 'zpin', cwd: process.cwd(), onLine: () => undefined },
    });
    while (!(await saved())) await new Promise(resolve => setImmediate(resolve));
    worker.kill();
    expect((await worker.ended).exitCode).toBeNull();
    // As if its time of grace were over.
    await queue.database.query("UPDATE zpin.workers SET seen_at = now() - interval '1 hour'");
    await queue.database.query("UPDATE pgboss.job SET started_on = now() - interval '1 hour' WHERE state = 'active'");
    const narrow = { isTTY: true, columns: 60, env: { NO_COLOR: '1' } };
    const { exitCode, out, err } = await runCli(['worker', '--queue', server.url, '--once'], narrow);
    expect([exitCode, err]).toEqual([0, '']);
    expect(out.split('\n').filter(line => line.length > 60)).toEqual([]);
    expect(out).toMatch(/^waiting for work\ntrial \d is taken up again\n/);
    expect(await shown('killed', '--queue', server.url)).toEqual(undisturbed);
    // What it came to is there for anybody who asks in SQL.
    const results = await queue.database.query(
      "SELECT trial, avg(return_mean) AS mean FROM zpin.results WHERE sweep = 'killed' GROUP BY trial ORDER BY trial",
    );
    expect(results.map(({ mean }) => mean)).toEqual(undisturbed.map(([, , value]) => value));
    const metrics = await queue.database.query(
      "SELECT DISTINCT step::integer FROM zpin.metrics WHERE name = 'evaluation' ORDER BY step",
    );
    expect(metrics.map(({ step }) => step)).toEqual([128, 256, 384, 512]);
    await queue.close();
  });

  it('that was stopped gives its trial back, and goes on by the same command', async () => {
    const argv = ['sweep', 'sweep.yaml', '--queue', server.url, '--out', 'stopped'];
    const stopped = await runCli(argv, {
      onWrite: (text, io) => {
        if (text.startsWith('trial 0 ')) io.send('SIGINT');
      },
    });
    expect([stopped.exitCode, stopped.err]).toEqual([
      130,
      'Stopped. Go on by the same command; what was trained is in the database.\n',
    ]);
    expect((await runCli(argv)).exitCode).toBe(0);
    expect(await shown('stopped', '--queue', server.url)).toEqual(undisturbed);
    writeFileSync('other.yaml', `${FILE}judge: 0\n`);
    const other = await runCli(['sweep', 'other.yaml', '--queue', server.url, '--out', 'stopped']);
    expect([other.exitCode, other.err]).toEqual([
      2,
      expect.stringContaining('judge must be what the sweep in the database began with, got 0'),
    ]);
  });

  it('keeps checkpoints on a shared folder where it is told to', async () => {
    const queue = await SweepQueue.connect(server.url, { where: 'test', version: ownVersion() });
    const { trialsSoFar: _, ...plan } = JSON.parse((await runCli(['sweep', 'show', 'journal', '--json'])).out);
    const sweep = await queue.open('shared', plan, 3);
    expect((await runCli(['worker', '--queue', server.url, '--once', '--shared', 'disk'])).exitCode).toBe(0);
    expect(await shown('shared', '--queue', server.url)).toEqual(undisturbed);
    expect(existsSync('disk/shared/trials/0002-seed2/checkpoint.bin')).toBe(true);
    const rows = await queue.database.query(
      'SELECT DISTINCT path FROM zpin.files JOIN zpin.trials ON trials.id = trial_id WHERE sweep_id = $1 ORDER BY path',
      [sweep.id],
    );
    expect(rows.map(({ path }) => path)).toEqual(['config.json', 'curve.svg', 'policy.bin', 'summary.json']);
    await queue.close();
  });
});

describe('what does not fit is refused', { timeout: PATIENCE }, () => {
  it.each([
    [['worker'], 'zpin worker: the database must be named, got "nothing"'],
    [['worker', '--queue', 'http://x'], '--queue must be the address of a PostgreSQL database, got "http://x"'],
    [
      ['worker', '--queue', 'postgres://u@127.0.0.1:1/x'],
      'zpin worker: the database must be reachable, got "127.0.0.1:1: connect ECONNREFUSED',
    ],
    [['worker', '--queue', 'postgres://u@127.0.0.1:1/x', '--grace', '0'], '--grace must be an integer >= 1, got "0"'],
    [['sweep', 'ppo', '--env', 'CartPole-v1', '--shared', 'x'], 'zpin sweep: --shared goes with --queue, got "x"'],
  ])('%j', async (argv, text) => {
    const { exitCode, err } = await runCli(argv);
    expect([exitCode, err]).toEqual([2, expect.stringContaining(text)]);
  });
});
