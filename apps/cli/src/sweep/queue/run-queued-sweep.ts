import { basename, join, relative, resolve } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import { bestTrial } from '@zpin/sweep';
import { QueuedStudy } from '@zpin/sweep/postgres';
import { EXIT, exitCodeOf } from '../../exit-codes.ts';
import { type Io, rowWidth, say } from '../../io.ts';
import { counted } from '../../numbers.ts';
import { shellWord } from '../../shell-word.ts';
import { Stopping } from '../../stopping.ts';
import { checkSame } from '../same-sweep.ts';
import { sweepPath } from '../sweep-folder.ts';
import { checkPlayable, readSweep } from '../sweep-plan.ts';
import { sweepText } from '../sweep-texts.ts';
import { openQueue } from './open-queue.ts';
import { workOn } from './queue-worker.ts';

export interface QueuedSweepOptions {
  /** Address of the database; true: one is started in the folder of the sweep. */
  readonly url: string | true;
  readonly out?: string;
  /** Folder that all workers share; checkpoints are kept in the database when omitted. */
  readonly shared?: string;
  /** Seconds after which a worker that is not heard of counts as gone. */
  readonly graceSeconds?: number | undefined;
  readonly json: boolean;
}

/**
 * Puts a sweep into a database, and works on it as any other worker does, until all of its trials are done.
 * @param given what file and flags say of it
 */
export async function runQueuedSweep(
  given: Readonly<Record<string, unknown>>,
  { url, out, shared, graceSeconds, json }: QueuedSweepOptions,
  io: Io,
): Promise<number> {
  const where = 'zpin sweep';
  const plan = await readSweep(given, where);
  await checkPlayable(plan, where);
  const { file } = plan;
  const folder = resolve(out ?? sweepPath(file));
  const name = basename(folder);
  const stop = new AbortController();
  const open = await openQueue(url, folder, { where, io, signal: stop.signal, graceSeconds });
  const { queue } = open;
  const stopping = new Stopping(io, stop);
  try {
    const before = (await queue.sweeps()).find(sweep => sweep.name === name);
    if (before) checkSame(file, before.plan, 'the database', where);
    const sweep = await queue.open(name, file, file.trials);
    if (!json) {
      const { trials, seeds, steps } = file;
      say(io, `${name}: ${counted(trials, 'trial')} of ${counted(seeds, 'seed')}, ${counted(steps, 'step')} each\n`);
      const isOwn =
        url === true
          ? `, on this machine: ${io.command} worker --queue ${shellWord(open.url)}`
          : `: ${io.command} worker --queue …`;
      say(io, `workers take part${isOwn}\n`);
    }
    const place = shared === undefined ? folder : join(resolve(shared), name);
    makeFolder(place);
    await workOn(queue, sweep, plan, {
      folder: place,
      isShared: shared !== undefined,
      waits: true,
      json,
      signal: stop.signal,
      io,
    });
    if (stopping.received !== null) {
      io.stderr.write('Stopped. Go on by the same command; what was trained is in the database.\n');
      return exitCodeOf(stopping.received);
    }
    const trials = await new QueuedStudy(queue, sweep).trials();
    if (!json) {
      io.stdout.write(`\n${sweepText(trials, rowWidth(io.stdout))}`);
      const shown = shellWord(relative(process.cwd(), folder) || '.');
      const flag = url === true ? '--queue' : `--queue ${shellWord(url)}`;
      if (bestTrial(trials, 'maximize')) say(io, `\nthe best settings as a file: ${io.command} sweep best ${shown} ${flag}\n`);
    }
    return trials.every(({ state }) => state === 'failed') ? EXIT.failed : EXIT.done;
  } finally {
    stopping.forget();
    await open.close();
  }
}
