import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Rng } from '@zpin/contracts';
import { readCheckpoint } from '@zpin/core/node';
import { runProcess } from './crew.ts';
import { RUNS, type RunName } from './fixtures.ts';

/** Steps that take some seconds, so that there is something to interrupt. */
const STEPS: Readonly<Partial<Record<RunName, number>>> = {
  ppo: 6000,
  dqn: 6000,
  'prioritized-dqn': 4000,
  sac: 1500,
  'q-learning': 60_000,
};
const NAMES = Object.keys(STEPS) as RunName[];
const PACE = ['--eval-every', '500', '--eval-episodes', '5', '--checkpoint-every', '150'];

/** Signals that one run gets. */
const MOST_PER_RUN = 3;

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
  folder: string,
  signal: 'SIGKILL' | 'SIGINT' | 'SIGTERM' | 'SIGHUP',
  wanted: number,
  rng: Rng,
  whole = new Map<RunName, number>(),
): Promise<Interruptions> {
  const found: Interruptions = { runs: 0, signals: 0, faults: [] };
  while (found.signals < wanted && found.faults.length < 5) {
    const name = NAMES[found.runs % NAMES.length];
    const path = (dir: string) => join(folder, dir);
    const train = (dir: string) => [
      'train',
      ...RUNS[name],
      '--no-preset',
      '--steps',
      String(STEPS[name]),
      ...PACE,
      '--quiet',
      '--run-dir',
      path(dir),
    ];
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
    const difference = differenceOf(path(`${name}-whole`), path(dir));
    if (difference) found.faults.push(`${dir}: ${difference}`);
  }
  return found;
}

/** What two runs do not have in common, beside the time that they took; null where there is nothing. */
function differenceOf(one: string, other: string): string | null {
  for (const file of ['config.json', 'metrics.jsonl', 'progress.csv', 'policy.bin', 'policy.onnx', 'curve.svg']) {
    const [a, b] = [one, other].map(folder => (existsSync(join(folder, file)) ? readFileSync(join(folder, file)) : null));
    if ((a === null) !== (b === null) || (a && b && !a.equals(b))) return `${file} is another one`;
  }
  const [a, b] = [one, other].map(folder => readCheckpoint(join(folder, 'checkpoint.bin')));
  if (a.header.step !== b.header.step) return `step ${b.header.step} in place of ${a.header.step}`;
  return isDeepStrictEqual(a.state, b.state) ? null : 'the state is another one';
}
