import { InputError, message, printable } from '@zpin/contracts';
import { isAlgorithmId } from 'zpin/catalog';
import { checkDevice } from '../check-device.ts';
import type { CommandContext } from '../command.ts';
import { addEngineFlags, type EngineFlags, readEngine } from '../engine-flags.ts';
import { EXIT } from '../exit-codes.ts';
import { flagName } from '../flag-names.ts';
import { readInteger } from '../flags.ts';
import { type Io, rowWidth, say } from '../io.ts';
import { counted } from '../numbers.ts';
import type { OpenQueue } from '../sweep/queue/open-queue.ts';
import type { SweepFolder } from '../sweep/sweep-folder.ts';

interface SweepFlags extends EngineFlags {
  readonly env?: string;
  readonly out?: string;
  readonly steps?: string;
  readonly trials?: string;
  readonly seeds?: string;
  readonly sampler?: string;
  readonly pruning?: string;
  readonly seed?: string;
  readonly train?: boolean;
  readonly queue?: string | true;
  readonly shared?: string;
  readonly grace?: string;
  readonly json?: boolean;
}

/** Flags of what tells of a sweep. */
const TELLING: Readonly<Record<'show' | 'best', readonly string[]>> = {
  show: ['out', 'queue', 'json'],
  best: ['train', 'queue', 'json'],
};
const WHOLE = { steps: 1, trials: 1, seeds: 1, seed: 0 } as const;

/** Adds `zpin sweep`. */
export function sweepCommand({ program, io, finish }: CommandContext): void {
  const command = program
    .command('sweep')
    .description(
      'Search for settings. `zpin sweep sweep.yaml` runs what the file says, `zpin sweep ppo --env CartPole-v1` the usual ' +
        'settings of an algorithm; the same again, in several terminals too, takes part in it. `zpin sweep show <dir>` tells ' +
        'how far it is, `zpin sweep best <dir>` writes the best settings to a file for --config.',
    )
    .argument('[what]', 'a file that ends in .yaml or .json, an algorithm, show or best')
    .argument('[dir]', 'of show and best: the folder of a sweep')
    .option('--env <id>', 'environment, with the name of an algorithm')
    .option('--steps <n>', 'steps of one run')
    .option('--trials <n>', 'trials of the whole sweep (default: 40)')
    .option('--seeds <n>', 'runs of one trial (default: 2)')
    .option('--sampler <name>', 'tpe, random or grid (default: tpe)')
    .option('--pruning <name>', 'median, halving or none (default: median)')
    .option('--seed <n>', 'of everything random (default: 1)')
    .option('--out <dir>', 'folder of the sweep (default: sweeps/<algorithm>-<environment>); of show: folder for pictures')
    .option('--train', 'of best: train the best settings on five seeds that the sweep has not seen, and tell what they come to')
    .option(
      '--queue [url]',
      'put it into a PostgreSQL database, where zpin worker takes part on any machine; without an address one is started here',
    )
    .option('--shared <dir>', 'with --queue: folder that all workers share, for checkpoints, in place of the database')
    .option(
      '--grace <seconds>',
      'after which a process that is not heard of counts as gone, and its trial is taken up (default: 60, in a database 30)',
    )
    .option('--json', 'print JSON');
  addEngineFlags(command)
    .exitOverride()
    .action(async (what: string | undefined, dir: string | undefined, flags: SweepFlags) => {
      await finish(sweep(what, dir, flags, io));
    });
}

async function sweep(what: string | undefined, dir: string | undefined, flags: SweepFlags, io: Io): Promise<number> {
  if (what === 'show' || what === 'best') {
    const where = `zpin sweep ${what}`;
    if (dir === undefined) {
      throw new InputError(message(where, 'a folder must be given', 'nothing', 'Give one that zpin sweep made'));
    }
    readEngine(where, flags);
    const other = Object.entries(flags).find(([name]) => !TELLING[what].includes(name));
    if (other) {
      const remedy = `Leave it out: zpin sweep ${what} takes ${TELLING[what].map(flagName).join(', ')}`;
      throw new InputError(message(where, `${flagName(other[0])} goes with a sweep that begins`, other[1], remedy));
    }
    return what === 'show' ? showSweep(dir, flags, io) : bestOfSweep(dir, flags, io);
  }
  const where = 'zpin sweep';
  if (what === undefined || dir !== undefined) {
    const remedy = 'Write zpin sweep sweep.yaml, or zpin sweep ppo --env CartPole-v1';
    throw new InputError(message(where, 'a file or an algorithm must be given', dir ?? 'nothing', remedy));
  }
  const { readSettings } = await import('../settings-file.ts');
  // A word without ending is the name of an algorithm, if a misspelt one.
  const isName = isAlgorithmId(what) || /^[^./\\]+$/.test(what);
  const told = isName ? { algorithm: what } : readSettings(what, where);
  const given = { ...told, ...flagged(where, flags) };
  await checkDevice(where, given.engine);
  const { queue, shared } = flags;
  const graceSeconds = flags.grace === undefined ? undefined : readInteger(where, '--grace', flags.grace, 1);
  if (queue !== undefined) {
    const { runQueuedSweep } = await import('../sweep/queue/run-queued-sweep.ts');
    const place = { ...(flags.out !== undefined && { out: flags.out }), ...(shared !== undefined && { shared }) };
    return runQueuedSweep(given, { url: queue, ...place, graceSeconds, json: flags.json ?? false }, io);
  }
  if (shared !== undefined) {
    const remedy = 'Leave it out: without a database, the folder of --out may be on a disk that machines share';
    throw new InputError(message(where, '--shared goes with --queue', shared, remedy));
  }
  const { runSweep } = await import('../sweep/run-sweep.ts');
  return runSweep(given, { ...(flags.out !== undefined && { out: flags.out }), graceSeconds, json: flags.json ?? false }, io);
}

function flagged(where: string, { env, sampler, pruning, ...flags }: SweepFlags): Readonly<Record<string, unknown>> {
  const numbers = Object.entries(WHOLE).flatMap(([name, min]) => {
    const text = flags[name as keyof typeof WHOLE];
    return text === undefined ? [] : [[name, readInteger(where, `--${name}`, text, min)]];
  });
  const engine = readEngine(where, flags);
  return {
    ...Object.fromEntries(numbers),
    ...(engine !== undefined && { engine }),
    ...(env !== undefined && { env }),
    ...(sampler !== undefined && { sampler }),
    ...(pruning !== undefined && { pruning }),
  };
}

async function showSweep(dir: string, { json = false, queue, out }: SweepFlags, io: Io): Promise<number> {
  const { sweepText } = await import('../sweep/sweep-texts.ts');
  return withSweep(dir, queue, 'zpin sweep show', io, async ({ file, study }) => {
    const trials = await study.trials();
    if (json) {
      const told = trials.map(({ number, state, value, params }) => ({ number, state, value, params }));
      io.stdout.write(`${JSON.stringify({ ...file, trialsSoFar: told }, null, 2)}\n`);
      return EXIT.done;
    }
    say(
      io,
      `${study.name}, ${counted(file.seeds, 'seed')} of ${counted(file.steps, 'step')} each\n${sweepText(trials, rowWidth(io.stdout))}`,
    );
    if (out !== undefined) {
      const { writePictures } = await import('../sweep/sweep-pictures.ts');
      const names = writePictures(out, study.name, trials);
      const told = names.length === 0 ? 'no pictures: no trial is complete yet' : `${printable(out)}: ${names.join(', ')}`;
      say(io, `\n${told}\n`);
    }
    return EXIT.done;
  });
}

async function bestOfSweep(dir: string, { json = false, train = false, queue }: SweepFlags, io: Io): Promise<number> {
  const { writeBest } = await import('../sweep/best-of-sweep.ts');
  return withSweep(dir, queue, 'zpin sweep best', io, async (sweep, open) => {
    if (open) {
      const { fetchBest } = await import('../sweep/queue/queued-folder.ts');
      await fetchBest(open.queue, sweep);
    }
    return writeBest(sweep, { json, train }, io);
  });
}

/** Opens a sweep in its folder, or in a database by the name of its folder. */
async function withSweep(
  dir: string,
  queue: string | true | undefined,
  where: string,
  io: Io,
  run: (sweep: SweepFolder, open: OpenQueue | null) => Promise<number>,
): Promise<number> {
  if (queue === undefined) {
    const { openSweepFolder } = await import('../sweep/sweep-folder.ts');
    return run(await openSweepFolder(dir, where), null);
  }
  const [{ openQueue }, { queuedFolder }] = await Promise.all([
    import('../sweep/queue/open-queue.ts'),
    import('../sweep/queue/queued-folder.ts'),
  ]);
  const open = await openQueue(queue, dir, { where, io, signal: new AbortController().signal });
  try {
    return await run(await queuedFolder(open.queue, dir, where), open);
  } finally {
    await open.close();
  }
}
