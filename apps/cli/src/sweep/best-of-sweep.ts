import { readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { writeFileAtomic } from '@zpin/core/node';
import { formatNumber } from '@zpin/plot';
import { rankComplete, type StoredTrial } from '@zpin/sweep';
import { RunFolder } from 'zpin/node';
import { EXIT } from '../exit-codes.ts';
import { type Io, say, silenced } from '../io.ts';
import { mean, standardDeviation } from '../numbers.ts';
import { shellWord } from '../shell-word.ts';
import { newRun, resumeRun } from '../train-run.ts';
import type { SweepFolder } from './sweep-folder.ts';
import { readSweep, type SweepPlan } from './sweep-plan.ts';
import { judged, trialFolder } from './trial-runs.ts';

/** Seeds that the winner is trained on: as many as a claim about an algorithm should have. */
const FRESH_SEEDS = 5;
/** The best trials of a sweep, and seeds on which they are compared once more: the value of the first of many is partly luck. */
const FINALISTS = 5;
const FINAL_SEEDS = 5;
/** Greedy episodes at the end of each. */
const EPISODES = 100;

/** What a trial came to on seeds that the sweep had not seen. */
interface Finalist {
  readonly trial: StoredTrial;
  readonly returns: readonly number[];
}

/**
 * Writes the settings of the best trial to `best.json`, which `zpin train --config` takes. When asked to train, the best trials are compared once
 * more on other seeds, and the winner is trained on seeds that nobody has looked at.
 * @throws InputError when no trial is complete
 */
export async function writeBest(
  sweep: SweepFolder,
  { json, train }: { readonly json: boolean; readonly train: boolean },
  io: Io,
): Promise<number> {
  const where = 'zpin sweep best';
  const { path, file, study } = sweep;
  const plan = await readSweep({ ...file }, where);
  const trials = await study.trials();
  const ranked = rankComplete(trials, 'maximize');
  if (ranked.length === 0) {
    const found = `${trials.length} trials, none of them complete`;
    throw new InputError(message(where, 'a trial must be complete', found, 'Let zpin sweep finish one'));
  }
  const near = (to: string) => shellWord(relative(process.cwd(), to) || '.');
  const first = file.seed + file.seeds;
  const training: Training = {
    plan,
    folder: path,
    io,
    code: EXIT.done,
    tell: (text: string) => void (json || say(io, text)),
  };
  const finals = train ? await finalists(ranked.slice(0, FINALISTS), first, training) : [];
  if (finals === null) return stopped(training);
  const trial = winnerOf(finals, ranked[0], file.judge);
  const settings = plan.settings(trial.params);
  const best = join(path, 'best.json');
  writeFileAtomic(best, `${JSON.stringify(settings, null, 2)}\n`);
  const folders = Array.from({ length: file.seeds }, (_, i) => trialFolder(path, trial.number, file.seed + i));
  training.tell(
    [
      `trial ${trial.number}, return ${formatNumber(trial.value ?? Number.NaN)}`,
      JSON.stringify(settings, null, 2),
      '',
      `settings  ${near(best)}`,
      ...folders.map(folder => `policy    ${near(folder)}`),
      '',
    ].join('\n'),
  );
  const fresh: number[] = [];
  for (let i = 0; train && i < FRESH_SEEDS; i++) {
    const seed = first + (finals.length > 1 ? FINAL_SEEDS : 0) + i;
    const run = new RunFolder(join(path, 'best', runName(trial, seed)));
    const result = await trainFresh(training, trial, run, seed);
    if (result === null) return stopped(training);
    fresh.push(result);
    training.tell(`seed ${seed}  return ${formatNumber(result)}  ${near(run.path)}\n`);
  }
  if (json) {
    const told = { trial: trial.number, value: trial.value, settings, file: best, runFolders: folders };
    const compared = finals.map(({ trial: { number }, returns }) => ({ trial: number, returns }));
    io.stdout.write(`${JSON.stringify({ ...told, ...(train && { finalists: compared, freshReturns: fresh }) }, null, 2)}\n`);
  } else if (train) {
    const spread = `${formatNumber(mean(fresh))} ± ${formatNumber(standardDeviation(fresh))}`;
    say(io, `\nmean return of ${FRESH_SEEDS} fresh seeds: ${spread}\n`);
  } else {
    say(
      io,
      `\nA best value of many is partly luck. The best trials compared on other seeds, and what the winner comes to on fresh ones:\n` +
        `${io.command} sweep best ${near(path)} --train\n`,
    );
  }
  return EXIT.done;
}

function stopped({ io, code }: Training): number {
  io.stderr.write('Stopped. Go on by the same command.\n');
  return code;
}

interface Training {
  readonly plan: SweepPlan;
  /** Of the sweep. */
  readonly folder: string;
  readonly io: Io;
  /** Exit code of the last run. */
  code: number;
  tell(text: string): void;
}

/** Trains the best trials on seeds of their own; none where there is one trial only. Null where that was stopped. */
async function finalists(ranked: readonly StoredTrial[], first: number, training: Training): Promise<Finalist[] | null> {
  if (ranked.length < 2) return [];
  const found: Finalist[] = [];
  for (const trial of ranked) {
    const returns: number[] = [];
    for (let i = 0; i < FINAL_SEEDS; i++) {
      const run = new RunFolder(join(training.folder, 'finals', runName(trial, first + i)));
      const result = await trainFresh(training, trial, run, first + i);
      if (result === null) return null;
      returns.push(result);
    }
    found.push({ trial, returns });
    training.tell(`finalist: trial ${trial.number}, return ${formatNumber(mean(returns))} on ${FINAL_SEEDS} more seeds\n`);
  }
  return found;
}

/** The finalist that came to most on seeds that did not make it one; of equal ones, that which was better before. */
function winnerOf(finals: readonly Finalist[], otherwise: StoredTrial, judge: 'mean' | number): StoredTrial {
  let [winner, most] = [otherwise, Number.NEGATIVE_INFINITY];
  for (const { trial, returns } of finals) {
    const value = judged(returns, judge);
    if (value > most) [winner, most] = [trial, value];
  }
  return winner;
}

function runName({ number }: StoredTrial, seed: number): string {
  return `${String(number).padStart(4, '0')}-seed${seed}`;
}

/** Trains the settings of a trial on one seed, or goes on with it. @returns its mean return; null where it was stopped */
async function trainFresh(training: Training, trial: StoredTrial, run: RunFolder, seed: number): Promise<number | null> {
  const { plan, folder, io } = training;
  const { env, steps, engine } = plan.file;
  if (!run.isConcluded(steps)) {
    const told = { preset: true, quiet: true, evalEpisodes: String(EPISODES) };
    const config = join(folder, 'finalist.json');
    writeFileAtomic(config, `${JSON.stringify(plan.settings(trial.params), null, 2)}\n`);
    const flags = { ...told, env, config, steps: String(steps), seed: String(seed), runDir: run.path, ...(engine && { engine }) };
    training.code = run.has('checkpoint')
      ? await resumeRun(run.path, told, silenced(io))
      : await newRun(plan.algorithm, {}, flags, silenced(io));
    rmSync(config, { force: true });
    if (training.code !== EXIT.done) return null;
  }
  const summary = JSON.parse(readFileSync(run.file('summary'), 'utf8')) as { readonly evalReturnMean: number };
  return summary.evalReturnMean;
}
