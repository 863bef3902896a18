import { InputError, message } from '@zpin/contracts';
import type { CommandContext } from '../command.ts';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { readInteger } from '../flags.ts';
import { type Io, say } from '../io.ts';
import { shellWord } from '../shell-word.ts';
import { Stopping } from '../stopping.ts';

interface StopFlags {
  readonly wait?: string;
}

/** Milliseconds between two looks whether the run has ended. */
const LOOK_INTERVAL = 200;
/** Looks within which whoever trains several seeds takes a request, on a busy machine too. */
const HEARING = 50;

/** Adds `zpin stop`. */
export function stopCommand({ program, io, finish }: CommandContext): void {
  program
    .command('stop')
    .description('Ask a run that trains, or those of several seeds, to stop: after the step in progress, with a checkpoint.')
    .argument('[runDir]', 'folder of the run, or of several seeds, also on a disk that another machine shares')
    .option('--wait <seconds>', 'until it has ended, at most so long (default: does not wait)')
    .exitOverride()
    .action(async (path: string | undefined, flags: StopFlags) => {
      if (path === undefined) {
        const remedy = 'Write zpin stop runs/ppo-CartPole-v1-seed1, for example';
        throw new InputError(message('zpin stop', 'a run folder must be given', 'nothing', remedy));
      }
      await finish(stop(path, flags, io));
    });
}

async function stop(path: string, flags: StopFlags, io: Io): Promise<number> {
  const where = 'zpin stop';
  const seconds = flags.wait === undefined ? 0 : readInteger(where, '--wait', flags.wait, 1);
  const [{ resolve }, { forgetStopRequest, isStopRequested, requestStop, RunFolder, runHolder }, { SeedsFolder }] =
    await Promise.all([import('node:path'), import('zpin/node'), import('../seeds/seeds-folder.ts')]);
  const folder = new RunFolder(resolve(path));
  const areSeeds = SeedsFolder.isOne(folder.path);
  if (!areSeeds) folder.describe(where);
  const holders = () => (areSeeds ? folder.runs : [folder]).flatMap(run => runHolder(run.path) ?? []);
  const [first, ...others] = holders();
  if (!first) throw new InputError(message(where, 'the run must be in progress', folder.shown, 'Nothing is to be stopped'));
  requestStop(folder);
  if (areSeeds) {
    const { setTimeout: wait } = await import('node:timers/promises');
    for (let looks = 0; looks < HEARING && isStopRequested(folder); looks++) await wait(LOOK_INTERVAL);
    // Nobody trains them together: one that was begun by itself hears of it in its own folder.
    if (isStopRequested(folder)) {
      forgetStopRequest(folder);
      for (const run of folder.runs) if (runHolder(run.path)) requestStop(run);
    }
  }
  const who = `process ${[first, ...others].map(({ pid }) => pid).join(', ')} on ${first.host}`;
  const resume = `${io.command} train --resume ${shellWord(folder.shown)}`;
  if (seconds === 0) {
    say(io, `${who} was asked to stop. When it has, go on with: ${resume}\n`);
    return EXIT.done;
  }
  const stopping = new Stopping(io);
  try {
    for (const start = io.now(); io.now() - start < 1000 * seconds; await io.wait(LOOK_INTERVAL)) {
      if (stopping.received !== null) return exitCodeOf(stopping.received);
      if (holders().length > 0) continue;
      say(io, `${who} has stopped. Go on with: ${resume}\n`);
      return EXIT.done;
    }
  } finally {
    stopping.forget();
  }
  io.stderr.write(`${who} was asked to stop, and has not within ${seconds} s.\n`);
  return EXIT.failed;
}
