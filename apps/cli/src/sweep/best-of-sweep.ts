import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { writeFileAtomic } from '@zpin/core/node';
import { formatNumber } from '@zpin/plot';
import { bestTrial, type JsonObject, type StoredTrial } from '@zpin/sweep';
import { RunFolder } from 'zpin/node';
import { EXIT } from '../exit-codes.ts';
import { type Io, silenced } from '../io.ts';
import { mean, standardDeviation } from '../numbers.ts';
import { shellWord } from '../shell-word.ts';
import { newRun, resumeRun } from '../train-run.ts';
import { openSweepFolder, type SweepFolder } from './sweep-folder.ts';
import { readSweep, type SweepPlan } from './sweep-plan.ts';
import { trialFolder } from './trial-runs.ts';

/** Seeds that the winner is trained on: as many as a claim about an algorithm should have. */
const FRESH_SEEDS = 5;
/** Greedy episodes at the end of each. */
const EPISODES = 100;

interface Best {
  readonly trial: StoredTrial;
  readonly settings: JsonObject;
  /** The settings as a file. */
  readonly file: string;
  /** Run folders of the trial. */
  readonly folders: readonly string[];
}

/**
 * Writes the settings of the best trial to `best.json`, which `zpin train --config` takes, and trains them on fresh seeds when asked to.
 * @throws InputError when no trial is complete
 */
export async function writeBest(
  dir: string,
  { json, train }: { readonly json: boolean; readonly train: boolean },
  io: Io,
): Promise<number> {
  const where = 'zpin sweep best';
  const sweep = await openSweepFolder(dir, where);
  const plan = await readSweep({ ...sweep.file }, where);
  const best = await bestOf(sweep, plan, where);
  const { trial, settings, file, folders } = best;
  const near = (to: string) => shellWord(relative(process.cwd(), to) || '.');
  if (!json) {
    io.stdout.write(
      [
        `trial ${trial.number}, return ${formatNumber(trial.value ?? Number.NaN)}`,
        JSON.stringify(settings, null, 2),
        '',
        `settings  ${near(file)}`,
        ...folders.map(folder => `policy    ${near(folder)}`),
        '',
      ].join('\n'),
    );
  }
  const returns: number[] = [];
  for (let i = 0; train && i < FRESH_SEEDS; i++) {
    const seed = plan.file.seed + plan.file.seeds + i;
    const folder = new RunFolder(join(sweep.path, 'best', `seed${seed}`));
    const code = await trainFresh(plan, file, folder, seed, io);
    if (code !== EXIT.done) {
      io.stderr.write('Stopped. Go on by the same command.\n');
      return code;
    }
    const summary = JSON.parse(readFileSync(folder.file('summary'), 'utf8')) as { readonly evalReturnMean: number };
    returns.push(summary.evalReturnMean);
    if (!json) io.stdout.write(`seed ${seed}  return ${formatNumber(summary.evalReturnMean)}  ${near(folder.path)}\n`);
  }
  if (json) {
    const told = { trial: trial.number, value: trial.value, settings, file, runFolders: folders };
    io.stdout.write(`${JSON.stringify({ ...told, ...(train && { freshReturns: returns }) }, null, 2)}\n`);
  } else if (train) {
    const spread = `${formatNumber(mean(returns))} ± ${formatNumber(standardDeviation(returns))}`;
    io.stdout.write(`\nmean return of ${FRESH_SEEDS} fresh seeds: ${spread}\n`);
  } else {
    io.stdout.write(
      `\nA best value of many is partly luck. What the settings come to on seeds that the sweep has not seen:\n` +
        `${io.command} sweep best ${near(sweep.path)} --train\n`,
    );
  }
  return EXIT.done;
}

async function bestOf({ path, file, study }: SweepFolder, plan: SweepPlan, where: string): Promise<Best> {
  const trials = await study.trials();
  const trial = bestTrial(trials, 'maximize');
  if (trial === null) {
    const found = `${trials.length} trials, none of them complete`;
    throw new InputError(message(where, 'a trial must be complete', found, 'Let zpin sweep finish one'));
  }
  const settings = plan.settings(trial.params);
  const target = join(path, 'best.json');
  writeFileAtomic(target, `${JSON.stringify(settings, null, 2)}\n`);
  const folders = Array.from({ length: file.seeds }, (_, i) => trialFolder(path, trial.number, file.seed + i));
  return { trial, settings, file: target, folders };
}

/** Trains the winner on one seed, or goes on with it; nothing where that is done. */
async function trainFresh(plan: SweepPlan, config: string, folder: RunFolder, seed: number, io: Io): Promise<number> {
  const { env, steps } = plan.file;
  if (folder.isConcluded(steps)) return EXIT.done;
  const told = { preset: true, quiet: true, evalEpisodes: String(EPISODES) };
  if (folder.has('checkpoint')) return resumeRun(folder.path, told, silenced(io));
  const flags = { ...told, env, config, steps: String(steps), seed: String(seed), runDir: folder.path };
  return newRun(plan.algorithm, {}, flags, silenced(io));
}
