/**
 * DPPO on Hopper with two workers over a database. First the workers are killed with -9 at random moments, the learner too, and the database is
 * restarted: the run must come to the bits of one in threads that nobody disturbed. Then the speed with one worker and with two. Ends with 1 where
 * a bit differs.
 */
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Rng } from '@zpin/contracts';
import { EmbeddedDatabase } from '@zpin/sweep/postgres';
import { RunFolder, readMetrics } from 'zpin/node';
import { ended, startCli } from './cli-process.ts';

const TABLE = fileURLToPath(new URL('rollout-results.md', import.meta.url));
const HELP = `pnpm torture rollouts [options]

  --kills <n>        kill -9 of workers at random moments (default: 10)
  --learner-kills <n>  of the learner, which goes on from its checkpoint (default: 2)
  --steps <n>        of the run that is disturbed (default: 120000)
  --speed-steps <n>  of each run that is timed, none where 0 (default: 60000)
  --rounds <n>       of these, one worker and two in turns (default: 3)
  --first            put timed processes before all others by real-time priority (Linux, as root)
  --seed <n>         of the moments (default: 1)
  --write            write the tables to apps/cli/torture/rollout-results.md too
`;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '10' },
    'learner-kills': { type: 'string', default: '2' },
    steps: { type: 'string', default: '120000' },
    'speed-steps': { type: 'string', default: '60000' },
    rounds: { type: 'string', default: '3' },
    first: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Seconds after which a worker counts as gone. */
const GRACE = '4';
const FIRST = options.first ? ['chrt', '-r', '1'] : [];
const RUN = ['train', 'dppo', '--env', 'Hopper-v5', '--workers', '2', '--seed', '1', '--eval-episodes', '2', '--json'];

const startWorker = (url: string, before: readonly string[] = []) =>
  startCli('worker', ['worker', '--queue', url, '--grace', GRACE, '--only', 'rollouts'], before);

/** Steps of the updates that a learner tells, with the time when it told them. */
function updatesOf(learner: ChildProcess): { readonly step: number; readonly time: number }[] {
  const updates: { step: number; time: number }[] = [];
  let rest = '';
  learner.stdout?.removeAllListeners('data');
  learner.stdout?.on('data', (text: Buffer) => {
    const lines = (rest + text.toString()).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const event = JSON.parse(line) as { readonly type: string; readonly step: number };
      if (event.type === 'update') updates.push({ step: event.step, time: performance.now() });
    }
  });
  return updates;
}

/** What a run has come to, beside its times. */
function foundIn(path: string) {
  const folder = new RunFolder(path);
  return { policy: readFileSync(folder.file('policy')).toString('base64'), metrics: JSON.stringify(readMetrics(folder)) };
}

/** Disturbs a run in a database until it is over. @returns how often */
async function disturbed(url: string, path: string, restart: () => Promise<void>) {
  const rng = new Rng(Number(options.seed));
  const resume = ['train', '--resume', path, '--queue', url, '--json'];
  let learner = startCli('learner', [
    ...RUN,
    '--steps',
    options.steps,
    '--checkpoint-every',
    '8192',
    '--queue',
    url,
    '--run-dir',
    path,
  ]);
  let updates = updatesOf(learner);
  const workers = [startWorker(url), startWorker(url)];
  const [kills, learnerKills] = [Number(options.kills), Number(options['learner-kills'])];
  const done = { kills: 0, learnerKills: 0, restarts: 0 };
  const isOver = () => learner.exitCode !== null;
  for (let deed = 1; deed <= kills + learnerKills && !isOver(); deed++) {
    // Not before it has gone on: killed while it loads, it would have nothing to lose.
    const before = updates.length;
    while (updates.length < before + 3 && !isOver()) await wait(50);
    await wait(Math.floor(rng.uniform(0, 1500)));
    if (isOver()) break;
    if (deed % Math.ceil((kills + learnerKills) / (learnerKills + 1)) === 0 && done.learnerKills < learnerKills) {
      learner.kill('SIGKILL');
      await ended(learner);
      done.learnerKills++;
      learner = startCli('learner', resume);
      updates = updatesOf(learner);
    } else {
      const victim = rng.integers(0, 2);
      workers[victim].kill('SIGKILL');
      await ended(workers[victim]);
      done.kills++;
      workers[victim] = startWorker(url);
    }
    console.log(`${done.kills} workers and ${done.learnerKills} learners killed`);
    if (done.restarts === 0 && done.kills >= kills / 2) {
      done.restarts++;
      await restart();
    }
  }
  await ended(learner);
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map(ended));
  return done;
}

/** Steps a second with so many workers, from the fifth update on. */
async function speedOf(url: string, path: string, count: number): Promise<number> {
  const workers = Array.from({ length: count }, () => startWorker(url, FIRST));
  const argv = [...RUN, '--steps', options['speed-steps'], '--queue', url, '--run-dir', path];
  const learner = startCli('learner', argv, FIRST);
  const updates = updatesOf(learner);
  await ended(learner);
  for (const worker of workers) worker.kill('SIGTERM');
  await Promise.all(workers.map(ended));
  const [first, last] = [updates[4], updates[updates.length - 1]];
  return ((last.step - first.step) / (last.time - first.time)) * 1000;
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

async function speeds(url: string, folder: string): Promise<string[]> {
  if (options['speed-steps'] === '0') return [];
  const found: Record<1 | 2, number[]> = { 1: [], 2: [] };
  for (let round = 0; round < Number(options.rounds); round++) {
    for (const count of [1, 2] as const) found[count].push(await speedOf(url, join(folder, `speed-${count}-${round}`), count));
  }
  const [one, two] = [median(found[1]), median(found[2])];
  const shown = (values: readonly number[]) => values.map(value => Math.round(value).toLocaleString('en')).join(', ');
  return [
    '',
    `Speed, steps a second, on ${options.first ? 'two cores kept free by real-time priority' : 'this machine'}; learner and database take their part of the same cores:`,
    '',
    '| workers | rounds | median | × one worker |',
    '| ---: | --- | ---: | ---: |',
    `| 1 | ${shown(found[1])} | ${shown([one])} | 1 |`,
    `| 2 | ${shown(found[2])} | ${shown([two])} | ${(two / one).toFixed(2)} |`,
  ];
}

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-rollouts-'));
  // As root, the database runs as another user, who must get at its folder.
  chmodSync(folder, 0o755);
  let server = await EmbeddedDatabase.open(join(folder, 'database'), 'torture');
  try {
    const quiet = startCli('threads', [...RUN, '--steps', options.steps, '--run-dir', join(folder, 'threads')]);
    updatesOf(quiet);
    await ended(quiet);
    const done = await disturbed(server.url, join(folder, 'queue'), async () => {
      await server.stop();
      server = await EmbeddedDatabase.open(join(folder, 'database'), 'torture');
      console.log('the database was restarted');
    });
    const [expected, found] = ['threads', 'queue'].map(name => foundIn(join(folder, name)));
    const isSame = { policy: found.policy === expected.policy, metrics: found.metrics === expected.metrics };
    const table = [
      '# What `pnpm torture rollouts` found last',
      '',
      'DPPO on Hopper with two workers over an embedded PostgreSQL database. Workers are killed with -9 at random moments, each replaced by a new one; the',
      'learner is killed with -9 and goes on from its checkpoint; the database is restarted in the middle. Compared with the same run in threads.',
      '',
      '| steps | workers killed | learners killed | restarts of the database | policy | metrics |',
      '| ---: | ---: | ---: | ---: | --- | --- |',
      `| ${Number(options.steps).toLocaleString('en')} | ${done.kills} | ${done.learnerKills} | ${done.restarts} | ${isSame.policy ? 'same bits' : 'DIFFERS'} | ${isSame.metrics ? 'same' : 'DIFFER'} |`,
      ...(await speeds(server.url, folder)),
      '',
    ].join('\n');
    console.log(table);
    if (options.write) writeFileSync(TABLE, table);
    return isSame.policy && isSame.metrics ? 0 : 1;
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();
