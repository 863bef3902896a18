import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { StoredTrial } from '@zpin/sweep';
import { openRun, openSavedRun, type RunEvent, type RunInternals, type TrainingRun } from 'zpin';
import { RunFolder, readMetrics } from 'zpin/node';
import { conclude } from '../conclude-run.ts';
import { flagNames } from '../flag-names.ts';
import { type Io, silenced } from '../io.ts';
import { mean } from '../numbers.ts';
import type { SweepPlan } from './sweep-plan.ts';

/** Keeps the runs of a trial somewhere else too, for whoever takes them up after this process. */
export interface RunKeeper {
  /** Puts what was kept of a run into its folder, in place of anything that is there. */
  fetch(seed: number, path: string): Promise<void>;
  /** Keeps the folder of a run as it is now. @returns false where the trial is another worker's by now */
  save(seed: number, path: string): Promise<boolean>;
  /** Whether the trial is known to be another worker's by now: asked at every step, before anything more is written. */
  isLost?(): boolean;
  /** Keeps what a run has come to. @returns false where the trial is another worker's by now */
  addMetrics(seed: number, step: number, metrics: Readonly<Record<string, number>>): Promise<boolean>;
}

/** What the runs of one trial need. */
export interface TrialRunsOptions {
  readonly plan: SweepPlan;
  /** Folder of the sweep. */
  readonly folder: string;
  readonly trial: StoredTrial;
  readonly signal: AbortSignal;
  readonly io: Io;
  readonly keeper?: RunKeeper;
  /** Told what the seeds have come to together at a step, and whether it is their last; false from it stops them all. */
  report(step: number, value: number, isLast: boolean): Promise<boolean>;
}

/** One seed of a trial. */
interface SeedRun {
  readonly seed: number;
  /** Null where it was trained and evaluated before. */
  readonly training: { readonly run: TrainingRun; readonly events: AsyncGenerator<RunEvent> } | null;
  /** Mean return at its end; null before. */
  readonly result: number | null;
  /** Mean returns of its evaluations so far. */
  readonly evaluations: number[];
  /** Of its last update. */
  metrics: Readonly<Record<string, number>>;
  isDone: boolean;
}

/**
 * Trains one trial: a run for each seed, side by side, so that they are compared with other trials at the same steps. Runs that were begun
 * before go on from their checkpoints.
 * @returns what the seeds come to in greedy evaluation at the end; null where they were stopped
 */
export async function trainTrial(options: TrialRunsOptions): Promise<number | null> {
  const { plan, signal, report } = options;
  const { seeds, judge } = plan.file;
  const every = evaluationSteps(plan);
  const running: SeedRun[] = [];
  try {
    for (let seed = 0; seed < seeds; seed++) running.push(await openSeed(options, seed));
    for (let reported = 0; ; ) {
      const behind = running.filter(({ isDone }) => !isDone);
      if (behind.length === 0) break;
      const next = behind.reduce((last, each) => (each.evaluations.length < last.evaluations.length ? each : last));
      if (!(await nextEvaluation(next, options.keeper)) || signal.aborted) return null;
      const common = Math.min(...running.map(({ evaluations }) => evaluations.length));
      for (; reported < common; reported++) {
        const step = every * (reported + 1);
        const value = judged(
          running.map(({ evaluations }) => evaluations[reported]),
          judge,
        );
        if (!(await report(step, value, step >= plan.file.steps))) return null;
      }
    }
    const returns: number[] = [];
    for (const { seed, training, result } of running) {
      if (training) {
        returns.push(await concluded(training.run, options));
        if (options.keeper && !(await options.keeper.save(seed, training.run.folder as string))) return null;
      } else if (result !== null) returns.push(result);
    }
    return judged(returns, judge);
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    for (const { training } of running) {
      await training?.events.return(undefined);
      training?.run.dispose();
    }
  }
}

/** Folder of one run of a trial. */
export function trialFolder(folder: string, trial: number, seed: number): string {
  return join(folder, 'trials', `${String(trial).padStart(4, '0')}-seed${seed}`);
}

/** Mean of what the seeds came to, or a quantile of it, between two neighbours where it falls between them. */
export function judged(values: readonly number[], judge: 'mean' | number): number {
  if (judge === 'mean') return mean(values);
  const sorted = values.toSorted((a, b) => a - b);
  const place = judge * (sorted.length - 1);
  const low = Math.floor(place);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low] + (place - low) * (sorted[high] - sorted[low]);
}

/** Steps from one evaluation to the next. */
function evaluationSteps({ file: { steps, evaluations } }: SweepPlan): number {
  return Math.ceil(steps / evaluations);
}

async function openSeed({ plan, folder, trial, signal, io, keeper }: TrialRunsOptions, index: number): Promise<SeedRun> {
  const { env, steps, evalEpisodes, seed: first, engine } = plan.file;
  const seed = first + index;
  const path = trialFolder(folder, trial.number, seed);
  // A trial counts by its end; its best moment would be more than half of what is written.
  const internals: RunInternals = { names: flagNames('zpin sweep'), concludes: true, keepsBest: false, now: () => io.now() };
  await keeper?.fetch(seed, path);
  const begun = { seed, metrics: {} };
  const saved = new RunFolder(path);
  if (saved.isConcluded(steps)) {
    const summary = JSON.parse(readFileSync(saved.file('summary'), 'utf8')) as { readonly evalReturnMean: number };
    return { ...begun, training: null, result: summary.evalReturnMean, evaluations: evaluationsOf(saved, steps), isDone: true };
  }
  if (saved.has('checkpoint')) {
    const run = await openSavedRun(path, { signal }, internals);
    const evaluations = evaluationsOf(saved, run.step);
    return { ...begun, training: { run, events: run.events() }, result: null, evaluations, isDone: false };
  }
  // What a run left that was killed before its first checkpoint.
  rmSync(path, { recursive: true, force: true });
  const every = evaluationSteps(plan);
  const run = await openRun(
    plan.algorithm,
    env,
    {
      ...{ steps, seed, saveTo: path, signal, preset: true, config: plan.settings(trial.params) },
      ...(engine && { engine }),
      evaluation: { everySteps: every, episodes: evalEpisodes },
      checkpointEverySteps: every,
    },
    internals,
  );
  return { ...begun, training: { run, events: run.events() }, result: null, evaluations: [], isDone: false };
}

/**
 * Mean returns of the evaluations of a run up to a step. One that two workers wrote, of which the first was only asleep, counts once: they come to the
 * same.
 */
function evaluationsOf(folder: RunFolder, step: number): number[] {
  const found = new Map<number, number>();
  for (const event of readMetrics(folder))
    if (event.type === 'eval' && event.step <= step) found.set(event.step, mean(event.returns));
  return [...found.entries()].sort(([a], [b]) => a - b).map(([, value]) => value);
}

/** Trains one seed up to its next evaluation, or to its end. @returns false where its trial is another worker's by now */
async function nextEvaluation(seed: SeedRun, keeper?: RunKeeper): Promise<boolean> {
  const run = seed.training?.run;
  for (;;) {
    const { done, value } = (await seed.training?.events.next()) ?? { done: true, value: undefined };
    if (done) {
      seed.isDone = true;
      return true;
    }
    if (keeper?.isLost?.()) return false;
    if (value.type === 'update') seed.metrics = value.metrics;
    if (value.type === 'checkpoint' && keeper && !(await keeper.save(seed.seed, run?.folder as string))) return false;
    if (value.type !== 'eval') continue;
    const evaluation = mean(value.returns);
    seed.evaluations.push(evaluation);
    return keeper === undefined || keeper.addMetrics(seed.seed, value.step, { ...seed.metrics, evaluation });
  }
}

/** Leaves curve and summary in the folder of a run, as `zpin train` does. @returns its mean return */
async function concluded(run: TrainingRun, { signal, io, plan }: TrialRunsOptions): Promise<number> {
  const silent = silenced(io);
  const folder = new RunFolder(run.folder as string);
  if (run.summary?.reason !== 'finished') throw signal.reason ?? new Error(`the run in ${folder.shown} did not finish`);
  const { returns } = await conclude(run, folder, { json: false, quiet: true }, silent, signal);
  if (returns.length === 0) throw new Error(`the run of ${plan.file.env} in ${folder.shown} had no evaluation`);
  return mean(returns);
}
