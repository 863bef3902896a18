import { relative } from 'node:path';
import { bestTrial, search } from '@zpin/sweep';
import { EXIT, exitCodeOf } from '../exit-codes.ts';
import { type Io, rowWidth, say } from '../io.ts';
import { counted } from '../numbers.ts';
import { shellWord } from '../shell-word.ts';
import { Stopping } from '../stopping.ts';
import { journalKeeper } from './journal-keeper.ts';
import { createSweepFolder, sweepPath } from './sweep-folder.ts';
import { checkPlayable, pruningOf, readSweep } from './sweep-plan.ts';
import { sweepText, tellTrial } from './sweep-texts.ts';
import { trainTrial } from './trial-runs.ts';

/**
 * Runs a sweep, or takes part in it: trials that nobody works on are taken up again, then new ones are begun until all are.
 * @param given what file and flags say of it
 */
export async function runSweep(
  given: Readonly<Record<string, unknown>>,
  { out, graceSeconds, json }: { readonly out?: string; readonly graceSeconds?: number | undefined; readonly json: boolean },
  io: Io,
): Promise<number> {
  const where = 'zpin sweep';
  const plan = await readSweep(given, where);
  await checkPlayable(plan, where);
  const { file } = plan;
  const stop = new AbortController();
  const { path, study } = await createSweepFolder(out ?? sweepPath(file), file, where, {
    ...{ waits: true, signal: stop.signal, ...(graceSeconds !== undefined && { graceMs: 1000 * graceSeconds }) },
    onWait: trials => {
      if (!json) say(io, `waiting for other processes: trial ${trials.map(({ number }) => number).join(', ')}\n`);
    },
    // Machines may have the same name, as containers do.
    ...(io.env.ZPIN_HOST && { host: io.env.ZPIN_HOST }),
  });
  const stopping = new Stopping(io, stop);
  const shown = relative(process.cwd(), path) || '.';
  if (!json) {
    const { trials, seeds, steps } = file;
    say(io, `${study.name}: ${counted(trials, 'trial')} of ${counted(seeds, 'seed')}, ${counted(steps, 'step')} each\n`);
  }
  try {
    const { signal } = stop;
    const events = search({
      ...{ storage: study, space: plan.searched.space, direction: 'maximize', pruning: pruningOf(file), signal },
      ...{ sampler: file.sampler, seed: file.seed, trials: file.trials },
      evaluate: ({ trial, isTakenUp }, report) =>
        trainTrial({ plan, folder: path, trial, signal, io, report, keeper: journalKeeper(study, trial.id, isTakenUp) }),
    });
    for await (const event of events) tellTrial(event, json, io);
    if (stopping.received !== null) {
      io.stderr.write(`Stopped. Go on by the same command; what was trained is in ${shellWord(shown)}.\n`);
      return exitCodeOf(stopping.received);
    }
    const trials = await study.trials();
    const hasBest = bestTrial(trials, 'maximize') !== null;
    if (!json) {
      io.stdout.write(`\n${sweepText(trials, rowWidth(io.stdout))}`);
      if (hasBest) say(io, `\nthe best settings as a file: ${io.command} sweep best ${shellWord(shown)}\n`);
    }
    return trials.every(({ state }) => state === 'failed') ? EXIT.failed : EXIT.done;
  } finally {
    stopping.forget();
    await study.giveBack();
  }
}
