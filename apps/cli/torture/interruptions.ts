import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Rng } from '@zpin/contracts';
import { runProcess } from './crew.ts';
import { RUNS, type RunName } from './fixtures.ts';
import { differenceOf } from './run-differences.ts';

/** Steps that take some seconds, so that there is something to interrupt. */
const STEPS: Readonly<Partial<Record<RunName, number>>> = {
  ppo: 6000,
  dqn: 6000,
  'prioritized-dqn': 4000,
  sac: 1500,
  'q-learning': 60_000,
};

/** Evaluations, the best policy and checkpoints at the pace of a run of some seconds. */
export const PACE = ['--eval-every', '500', '--eval-episodes', '5', '--checkpoint-every', '150'];

/** What `zpin train` is told of runs to be interrupted, by names for their folders. */
export type InterruptedRuns = Readonly<Record<string, readonly string[]>>;

/** Runs of every regime. */
export const PLAIN_RUNS: InterruptedRuns = Object.fromEntries(
  Object.entries(STEPS).map(([name, steps]) => [name, [...RUNS[name as RunName], '--steps', String(steps), ...PACE]]),
);

/** Signals that one run gets. */
const MOST_PER_RUN = 3;

export interface Interruption {
  readonly folder: string;
  readonly signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM' | 'SIGHUP';
  /** Signals that meet a run, at least. */
  readonly wanted: number;
  /** What is trained. */
  readonly tried: InterruptedRuns;
}

/** What came of runs that were interrupted. */
export interface Interruptions {
  /** Runs that were interrupted, went on, and came to their end. */
  runs: number;
  /** Signals that met a run. */
  signals: number;
  readonly faults: string[];
}

/**
 * Interrupts runs at random moments, again and again, lets them go on, and compares what they leave with that of a run that nobody
 * interrupted.
 * @param whole milliseconds that each uninterrupted run took, which are made where they are missing
 */
export async function interrupt(
  { folder, signal, wanted, tried }: Interruption,
  rng: Rng,
  whole = new Map<string, number>(),
): Promise<Interruptions> {
  const found: Interruptions = { runs: 0, signals: 0, faults: [] };
  const names = Object.keys(tried);
  while (found.signals < wanted && found.faults.length < 5) {
    const name = names[found.runs % names.length];
    const path = (dir: string) => join(folder, dir);
    const train = (dir: string) => ['train', ...tried[name], '--no-preset', '--quiet', '--run-dir', path(dir)];
    if (!whole.has(name)) {
      const { exitCode, err, seconds } = await runProcess(train(`${name}-whole`), { cwd: folder });
      if (exitCode !== 0) throw new Error(`${name} ended with ${exitCode}: ${err}`);
      whole.set(name, seconds * 1000);
    }
    const dir = `${name}-${signal}-${found.runs}`;
    const longest = whole.get(name) as number;
    let argv = train(dir);
    for (let met = 0; ; met++) {
      // A run that is interrupted for ever never comes to its end.
      const moment = met < MOST_PER_RUN ? { after: Math.round(rng.random() * longest * 0.9), signal } : {};
      const { exitCode, err, hung } = await runProcess(argv, { cwd: folder, ...moment });
      if (hung) found.faults.push(`${dir}: hung`);
      if (exitCode === 0 || hung) break;
      found.signals++;
      // A signal that came when everything was done, but the process not yet gone.
      if (existsSync(join(path(dir), 'summary.json'))) break;
      if (exitCode !== null && exitCode < 128) {
        found.faults.push(`${dir}: exit code ${exitCode}: ${err.trim()}`);
        break;
      }
      // Nothing but the folder: it keeps the rest of what the run was told.
      if (existsSync(join(path(dir), 'checkpoint.bin'))) argv = ['train', '--resume', path(dir), '--quiet'];
      else rmSync(path(dir), { recursive: true, force: true });
    }
    found.runs++;
    // Whoever is stopped politely leaves a checkpoint of that moment.
    const difference = differenceOf(path(`${name}-whole`), path(dir), { kept: signal === 'SIGKILL' });
    if (difference) found.faults.push(`${dir}: ${difference}`);
  }
  return found;
}
