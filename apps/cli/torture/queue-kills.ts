/**
 * Two workers on one sweep in a database, killed with -9 at random moments, and the database restarted in the middle: every trial must end exactly
 * once, with the numbers of a sweep that nobody disturbed. Ends with 1 where one does not.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { Rng } from '@zpin/contracts';
import type { JsonObject, StoredTrial } from '@zpin/sweep';
import { EmbeddedDatabase, QueuedStudy, SweepQueue } from '@zpin/sweep/postgres';
import { ownVersion } from '../src/own-package.ts';
import { readSweep } from '../src/sweep/sweep-plan.ts';
import { ended, startCli } from './cli-process.ts';

const TABLE = fileURLToPath(new URL('queue-results.md', import.meta.url));
const HELP = `pnpm torture queue [options]

  --kills <n>    kill -9 at random moments (default: 20)
  --trials <n>   of the sweep (default: 12)
  --steps <n>    of one run (default: 98304)
  --seed <n>     of the moments (default: 1)
  --write        write the table to apps/cli/torture/queue-results.md too
`;

const { values: options } = parseArgs({
  options: {
    kills: { type: 'string', default: '20' },
    trials: { type: 'string', default: '12' },
    steps: { type: 'string', default: '98304' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

/** Seconds after which a worker counts as gone. */
const GRACE = '10';

const startWorker = (url: string) => startCli('worker', ['worker', '--queue', url, '--grace', GRACE, '--once']);

/** Works through a sweep with two workers, and disturbs them so many times. */
async function disturbed(url: string, queue: SweepQueue, name: string, kills: number, restart: () => Promise<void>) {
  const rng = new Rng(Number(options.seed));
  const workers = [startWorker(url), startWorker(url)];
  const isOpen = async () => (await queue.find(name)).isOpen;
  let done = 0;
  for (; done < kills && (await isOpen()); done++) {
    // Not before it works: killed while it loads, it would have nothing to lose.
    const victim = rng.integers(0, 2);
    await new Promise(resolve => {
      workers[victim].stdout?.once('data', resolve);
      workers[victim].once('exit', resolve);
    });
    await wait(Math.floor(rng.uniform(0, 6000)));
    workers[victim].kill('SIGKILL');
    await ended(workers[victim]);
    console.log(`kill ${done + 1} of ${kills}`);
    if (done === Math.floor(kills / 2)) await restart();
    workers[victim] = startWorker(url);
  }
  await Promise.all(workers.map(ended));
  return done;
}

const numbersOf = ({ number, state, params, value, intermediateValues }: StoredTrial) => ({
  ...{ number, state, params, value, intermediateValues: [...intermediateValues] },
});

async function main(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'zpin-queue-'));
  // As root, the database runs as another user, who must get at its folder.
  chmodSync(folder, 0o755);
  let server = await EmbeddedDatabase.open(join(folder, 'database'), 'torture');
  const queue = await SweepQueue.connect(server.url, { where: 'torture', version: ownVersion() });
  try {
    const trials = Number(options.trials);
    const { file } = await readSweep(
      {
        ...{
          algorithm: 'ppo',
          env: 'CartPole-v1',
          steps: Number(options.steps),
          trials,
          seeds: 2,
          evaluations: 8,
          evalEpisodes: 2,
        },
        // What these propose, and whether a trial is stopped, does not depend on which trials were faster.
        ...{ sampler: 'random', pruning: 'none' },
      },
      'torture',
    );
    const plan = { ...file } as unknown as JsonObject;
    const quiet = await queue.open('undisturbed', plan, trials);
    const begun = performance.now();
    await ended(startWorker(server.url));
    console.log(`undisturbed: ${Math.round((performance.now() - begun) / 1000)} s`);
    const loud = await queue.open('disturbed', plan, trials);
    const restart = async () => {
      await server.stop();
      server = await EmbeddedDatabase.open(join(folder, 'database'), 'torture');
      console.log('the database was restarted');
    };
    const kills = await disturbed(server.url, queue, 'disturbed', Number(options.kills), restart);
    const [expected, found] = await Promise.all([quiet, loud].map(sweep => new QueuedStudy(queue, sweep).trials()));
    const takenUp = await queue.database.query('SELECT sum(claim - 1)::integer AS count FROM zpin.trials WHERE sweep_id = $1', [
      loud.id,
    ]);
    const equal = expected.filter((trial, i) => found[i] && isDeepStrictEqual(numbersOf(trial), numbersOf(found[i]))).length;
    const complete = found.filter(({ state }) => state === 'complete').length;
    const table = [
      '# What `pnpm torture queue` found last',
      '',
      'Two workers on one sweep in an embedded PostgreSQL database, killed with -9 at random moments, each replaced by a new one; the database restarted',
      'in the middle. PPO on CartPole, two seeds a trial, checkpoints in the database.',
      '',
      '| kills | restarts of the database | trials | ended exactly once | taken up again | equal to an undisturbed sweep |',
      '| ---: | ---: | ---: | ---: | ---: | ---: |',
      `| ${kills} | 1 | ${trials} | ${found.length === trials ? complete : `${complete} of ${found.length}`} | ${takenUp[0].count} times | ${equal} |`,
      '',
    ].join('\n');
    console.log(table);
    if (options.write) writeFileSync(TABLE, table);
    return found.length === trials && complete === trials && equal === trials ? 0 : 1;
  } finally {
    await queue.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

if (options.help) process.stdout.write(HELP);
else process.exitCode = await main();
