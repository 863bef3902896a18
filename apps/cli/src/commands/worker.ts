import { InputError, message } from '@zpin/contracts';
import type { CommandContext } from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { readInteger } from '../flags.ts';
import type { Io } from '../io.ts';

interface WorkerFlags {
  readonly queue?: string;
  readonly shared?: string;
  readonly once?: boolean;
  readonly only?: string;
  readonly grace?: string;
  readonly json?: boolean;
}

/** Milliseconds between two looks for work. */
const PAUSE = 1000;

/** Adds `zpin worker`. */
export function workerCommand({ program, io, finish }: CommandContext): void {
  program
    .command('worker')
    .description(
      'Work for a database, on this machine, and on as many others as there are: make rollouts for `zpin train dppo … --queue`, ' +
        'and train the trials of `zpin sweep … --queue`. Rollouts go first, since a learner waits for them.',
    )
    .option('--queue <url>', 'address of the database, postgres://user:password@host:5432/database (default: of ZPIN_QUEUE)')
    .option('--shared <dir>', 'folder that all workers share: checkpoints are kept there, in place of the database')
    .option('--once', 'end when nothing is left to do, in place of waiting for more')
    .option('--only <kind>', 'of work: rollouts or trials (default: both)')
    .option(
      '--grace <seconds>',
      'after which a worker that is not heard of counts as gone, and its trial is taken up (default: 30)',
    )
    .option('--json', 'print each trial as one line of JSON')
    .exitOverride()
    .action(async (flags: WorkerFlags) => {
      await finish(worker(flags, io));
    });
}

async function worker({ queue: told, shared, once = false, only, grace, json = false }: WorkerFlags, io: Io): Promise<number> {
  const where = 'zpin worker';
  if (only !== undefined && only !== 'rollouts' && only !== 'trials')
    throw new InputError(message(where, '--only must be rollouts or trials', only, 'Choose one of them, or leave it out'));
  const url = told ?? io.env.ZPIN_QUEUE;
  if (url === undefined) {
    const remedy = 'Give --queue postgres://user:password@host:5432/database, or set ZPIN_QUEUE';
    throw new InputError(message(where, 'the database must be named', 'nothing', remedy));
  }
  const [{ mkdtempSync, rmSync }, { tmpdir }, { join, resolve }, { RolloutQueue }] = await Promise.all([
    ...([import('node:fs'), import('node:os'), import('node:path'), import('@zpin/sweep/postgres')] as const),
  ]);
  const [{ openQueue }, { planOf, workOn }, { serveRollouts }, { Stopping }] = await Promise.all([
    ...([import('../sweep/queue/open-queue.ts'), import('../sweep/queue/queue-worker.ts')] as const),
    ...([import('../rollouts/serve-rollouts.ts'), import('../stopping.ts')] as const),
  ]);
  const graceSeconds = grace === undefined ? undefined : readInteger(where, '--grace', grace, 1);
  const stop = new AbortController();
  const { queue, close } = await openQueue(url, '', { where, io, signal: stop.signal, graceSeconds });
  const stopping = new Stopping(io, stop);
  const folder = shared === undefined ? mkdtempSync(join(tmpdir(), 'zpin-worker-')) : resolve(shared);
  let ended = 0;
  try {
    if (!json) io.stdout.write(`waiting for ${only ?? 'work'}\n`);
    const rollouts = new RolloutQueue(queue.base);
    while (!stop.signal.aborted) {
      if (only !== 'trials' && (await serveRollouts(rollouts, { where, json, signal: stop.signal, io }))) continue;
      const open = only === 'rollouts' ? [] : (await queue.sweeps()).filter(({ isOpen }) => isOpen);
      const before = ended;
      for (const sweep of open) {
        const plan = await planOf(queue, sweep, where);
        // On a shared disk each sweep has a folder of its own.
        const place = shared === undefined ? folder : join(folder, sweep.name);
        const options = { folder: place, isShared: shared !== undefined, json, signal: stop.signal, io };
        ended += await workOn(queue, sweep, plan, { ...options, waits: once && open.length === 1 });
        if (stop.signal.aborted) break;
      }
      if (once && open.length === 0) break;
      if (ended === before && !stop.signal.aborted) await io.wait(PAUSE);
    }
    if (!json && only !== 'rollouts') io.stdout.write(`${ended} ${ended === 1 ? 'trial' : 'trials'} ended here\n`);
    return stopping.received === null ? EXIT.done : exitCodeOf(stopping.received);
  } catch (error) {
    // Whoever stops a worker does not wait for a database that went away.
    if (stopping.received === null) throw error;
    return exitCodeOf(stopping.received);
  } finally {
    stopping.forget();
    await close();
    if (shared === undefined) rmSync(folder, { recursive: true, force: true });
  }
}
