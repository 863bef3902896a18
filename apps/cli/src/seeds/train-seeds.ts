import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { InputError, message, printable } from '@zpin/contracts';
import { listEnvs } from '@zpin/envs';
import { formatNumber } from '@zpin/plot';
import { knownEnv } from 'zpin';
import { forgetStopRequest, freeRunPath, isStopRequested } from 'zpin/node';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { flagNames } from '../flag-names.ts';
import { readInteger, type TrainFlags } from '../flags.ts';
import { type Io, say } from '../io.ts';
import { formatDuration } from '../numbers.ts';
import { ChildCommand, type ChildEnd } from '../processes/child-command.ts';
import { checkQueued } from '../rollouts/check-queued.ts';
import { shellWord } from '../shell-word.ts';
import { Stopping } from '../stopping.ts';
import { SeedLines } from './seed-lines.ts';
import { readSeeds, seedsText } from './seed-list.ts';
import { SeedsFolder, type SeedsPlan } from './seeds-folder.ts';
import { type RunSummary, type SeedResult, seedsCsv, seedsCurve, seedsTable, summaryOf } from './seeds-report.ts';

/**
 * Flags of the command that its processes do not get, or not as they were given, with whether they take a value. The address of a database, which may
 * hold a password, is not kept with the seeds.
 */
const OWN_FLAGS: Readonly<Record<string, boolean>> = {
  ...{ '--seeds': true, '--processes': true, '--run-dir': true, '--resume': true, '--queue': true },
  ...{ '--json': false, '--quiet': false },
};

/** Arguments of `zpin train` without those that are not for the run of one seed. */
export function argumentsOfSeed(argv: readonly string[]): string[] {
  const kept: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const [flag] = argv[i].split('=', 1);
    if (!Object.hasOwn(OWN_FLAGS, flag)) kept.push(argv[i]);
    else if (OWN_FLAGS[flag] && !argv[i].includes('=')) i++;
  }
  return kept;
}

/** Trains an algorithm with several seeds, each in a process of its own, as many at a time as there are cores. */
export async function trainSeeds(algorithm: string, argv: readonly string[], flags: TrainFlags, io: Io): Promise<number> {
  const where = `zpin train ${algorithm}`;
  const seeds = readSeeds(where, flags.seeds ?? '');
  for (const [flag, given] of [
    ['--seed', flags.seed],
    ['--record-dataset', flags.recordDataset],
    ['--from', flags.from],
  ] as const) {
    if (given === undefined) continue;
    throw new InputError(message(where, `--seeds and ${flag} exclude each other`, given, 'Leave one out'));
  }
  if (flags.env === undefined) {
    throw new InputError(message(where, '--env must be given', 'nothing', 'Choose one of zpin list envs'));
  }
  const queue = queueOf(algorithm, where, flags);
  const env = await knownEnv(flags.env, flagNames(where));
  const path = flags.runDir ?? freeRunPath(`${algorithm}-${env.replaceAll(/[/:]/g, '-')}-seeds${seedsText(seeds)}`);
  const plan = { argv: argumentsOfSeed(argv), cwd: process.cwd(), seeds };
  const processes = processesOf(where, flags);
  const folder = SeedsFolder.create(path, plan, where, io.command);
  return new SeedsTraining({ ...{ folder, plan, processes, queue, flags, io, where }, resumed: [] }).run();
}

/** Goes on with several seeds where they are: those that are done stay as they are. */
export async function resumeSeeds(path: string, argv: readonly string[], flags: TrainFlags, io: Io): Promise<number> {
  const where = 'zpin train --resume';
  const folder = new SeedsFolder(path);
  const plan = folder.plan(where);
  const processes = processesOf(where, flags);
  const resumed = argumentsOfSeed(argv.slice(1));
  const queue = queueOf(plan.argv[1], where, flags);
  return new SeedsTraining({ folder, plan, processes, queue, flags, io, where, resumed }).run();
}

/** The database from which the workers of all seeds come; null where there is none. */
function queueOf(algorithm: string, where: string, { queue }: TrainFlags): string | null {
  if (queue === undefined) return null;
  checkQueued(algorithm, where);
  if (typeof queue === 'string') return queue;
  const remedy = 'Write --queue postgres://…, or leave --seeds out: one run starts a database of its own';
  throw new InputError(message(where, '--queue must have an address where there are several seeds', 'none', remedy));
}

function processesOf(where: string, { processes }: TrainFlags): number {
  return processes === undefined ? availableParallelism() : readInteger(where, '--processes', processes, 1, 256);
}

interface SeedsTrainingOptions {
  readonly folder: SeedsFolder;
  readonly plan: SeedsPlan;
  /** At a time. */
  readonly processes: number;
  /** Address of the database from which their workers come; null where they are threads. */
  readonly queue: string | null;
  readonly flags: TrainFlags;
  readonly io: Io;
  readonly where: string;
  /** What was said to runs that go on. */
  readonly resumed: readonly string[];
}

/** Milliseconds between two looks whether somebody asks for a stop. */
const LOOK_INTERVAL = 300;

/** Several seeds while they are trained. */
class SeedsTraining {
  readonly #options: SeedsTrainingOptions;
  readonly #lines: SeedLines;
  readonly #results = new Map<number, SeedResult>();
  readonly #children = new Set<ChildCommand>();

  constructor(options: SeedsTrainingOptions) {
    this.#options = options;
    this.#lines = new SeedLines(options.io, (options.flags.json ?? false) || (options.flags.quiet ?? false));
  }

  async run(): Promise<number> {
    const { folder, plan, processes, queue, flags, io, resumed } = this.#options;
    if (queue !== null && !flags.json && !flags.quiet) say(io, `workers take part: ${io.command} worker --queue …\n`);
    const stop = new AbortController();
    const stopping = new Stopping(io, stop);
    const pass = () => {
      for (const child of this.#children) child.stop(stopping.received ?? 'SIGTERM');
    };
    const kill = () => {
      for (const child of this.#children) child.kill();
    };
    stop.signal.addEventListener('abort', pass);
    forgetStopRequest(folder);
    const looking = setInterval(() => {
      if (!isStopRequested(folder)) return;
      // Taken: whoever asked sees that it was heard.
      forgetStopRequest(folder);
      stopping.request('SIGTERM');
    }, LOOK_INTERVAL);
    // Whoever asks twice does not wait for what the processes are at.
    process.once('exit', kill);
    try {
      const left = [...plan.seeds];
      // What is wrong with the command is wrong with every seed: the first one finds out.
      const isNew = resumed.length === 0 && !plan.seeds.some(seed => folder.run(seed).has('description'));
      if (isNew) {
        const refusal = await this.#first(left.shift() as number, left, stop.signal);
        if (refusal !== null) return refusal;
      } else await this.#crew(left, processes, stop.signal);
    } finally {
      stop.signal.removeEventListener('abort', pass);
      process.off('exit', kill);
      clearInterval(looking);
      forgetStopRequest(folder);
      stopping.forget();
    }
    const results = plan.seeds.map(
      seed => this.#results.get(seed) ?? { seed, state: 'stopped' as const, summary: null, error: null },
    );
    this.#conclude(results, flags.json ?? false);
    if (stopping.received !== null) {
      io.stderr.write(`Stopped. Go on with: ${io.command} train --resume ${shellWord(folder.shown)}\n`);
      return exitCodeOf(stopping.received);
    }
    return results.every(({ state }) => state === 'finished') ? EXIT.done : EXIT.failed;
  }

  /** Lets the first seed begin alone, and the others once it runs. @returns the exit code where it is refused */
  async #first(seed: number, left: number[], signal: AbortSignal): Promise<number | null> {
    const { folder, processes, io } = this.#options;
    let others: Promise<void> | null = null;
    const end = await this.#train(seed, () => {
      others ??= this.#crew(left, processes - 1, signal);
    });
    if (end?.exitCode === EXIT.badInput && others === null) {
      folder.discard();
      io.stderr.write(end.errors);
      return EXIT.badInput;
    }
    await Promise.all([others, this.#crew(left, others === null ? processes : 1, signal)]);
    return null;
  }

  /** Takes one seed after the other, so many at a time. */
  async #crew(left: number[], processes: number, signal: AbortSignal): Promise<void> {
    const work = async () => {
      while (!signal.aborted) {
        const seed = left.shift();
        if (seed === undefined) return;
        await this.#train(seed, () => undefined);
      }
    };
    await Promise.all(Array.from({ length: processes }, work));
  }

  /** Trains one seed, or goes on with it. @returns null where there was nothing left to do */
  async #train(seed: number, onProgress: () => void): Promise<ChildEnd | null> {
    const { folder, plan, io, queue, flags, where, resumed } = this.#options;
    const run = folder.run(seed);
    const steps = flags.steps === undefined ? undefined : readInteger(where, '--steps', flags.steps, 1);
    if (steps === undefined ? run.isEnded() : run.isConcluded(steps)) {
      this.#finish(seed);
      return null;
    }
    const goesOn = run.has('checkpoint');
    // What a run left that was killed before its first checkpoint.
    if (!goesOn && run.has('description')) rmSync(run.path, { recursive: true });
    const argv = goesOn
      ? ['train', '--resume', run.path, ...resumed]
      : [...plan.argv, ...resumed, '--seed', String(seed), '--run-dir', run.path];
    this.#lines.begin(seed, goesOn ? 'goes on' : 'begins');
    const child = new ChildCommand({
      ...{
        argv: [...argv, ...(queue === null ? [] : ['--queue', queue]), '--json'],
        command: io.command,
        cwd: goesOn ? process.cwd() : plan.cwd,
      },
      onProgress: progress => {
        this.#lines.progress(seed, progress);
        onProgress();
      },
    });
    this.#children.add(child);
    const end = await child.ended;
    this.#children.delete(child);
    if (end.exitCode === EXIT.done && run.has('summary')) this.#finish(seed);
    else if (end.exitCode !== null && end.exitCode > 128)
      this.#end({ seed, state: 'stopped', summary: null, error: null }, 'stopped');
    else {
      const error = printable(end.errors.split('\n')[0]) || `the process ended with ${end.exitCode}`;
      this.#end({ seed, state: 'failed', summary: null, error }, `failed: ${error}`);
    }
    return end;
  }

  #finish(seed: number): void {
    const summary = JSON.parse(readFileSync(this.#options.folder.run(seed).file('summary'), 'utf8')) as RunSummary;
    const text = `return ${formatNumber(summary.evalReturnMean)} after ${formatDuration(summary.wallSeconds)}`;
    if (this.#options.flags.json) this.#options.io.stdout.write(`${JSON.stringify(summary)}\n`);
    this.#end({ seed, state: 'finished', summary, error: null }, text);
  }

  #end(result: SeedResult, text: string): void {
    this.#results.set(result.seed, result);
    this.#lines.end(result.seed, text);
  }

  /** Table, picture, and what a person reads at the end. */
  #conclude(results: readonly SeedResult[], isJson: boolean): void {
    const { folder, plan, io } = this.#options;
    const begun = plan.seeds.filter(seed => folder.run(seed).has('description'));
    const threshold = begun.length === 0 ? null : thresholdOf(folder.run(begun[0]).describe('zpin train').env);
    folder.write('table', seedsCsv(results));
    const curve = seedsCurve(folder, begun, threshold);
    if (curve !== null) folder.write('curve', curve);
    if (isJson) {
      const told = results.map(({ seed, state, error }) => ({ seed, state, ...(error !== null && { error }) }));
      io.stdout.write(`${JSON.stringify({ type: 'seeds', ...summaryOf(results), results: told, runDir: folder.path })}\n`);
      return;
    }
    say(io, `\n${seedsTable(results, threshold, io)}\n`);
    const picture = curve === null ? '' : ', picture in curve.svg';
    say(io, `${folder.shown}: a run folder for each seed, table in table.csv${picture}\n`);
  }
}

/** Return at which an environment counts as solved; null where none does, or the environment is none of those that come along. */
function thresholdOf(env: string): number | null {
  return listEnvs().find(({ spec }) => spec.id === env)?.spec.rewardThreshold ?? null;
}
