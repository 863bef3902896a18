import { InputError, message } from '@zpin/contracts';
import type { ContinueOptions, FilmPlan } from 'zpin';
import { readEngine } from './engine-flags.ts';
import { orNone, readFilmFormat, readInteger, readNumber, type TrainFlags } from './flags.ts';

/** What the command line says about its own output. */
export interface OutputPlan {
  readonly json: boolean;
  readonly quiet: boolean;
}

export function outputPlan(flags: TrainFlags): OutputPlan {
  return { json: flags.json ?? false, quiet: flags.quiet ?? false };
}

/** What the command line says about a run that begins or goes on: only what was said, as the run keeps the rest. */
export function continueOptions(where: string, flags: TrainFlags): ContinueOptions {
  const { evalEvery, evalEpisodes, stopAtReturn, patience, checkpointEvery, keepCheckpoints, tensorboard, threads } = flags;
  const engine = readEngine(where, flags);
  const evaluation = {
    ...(evalEvery !== undefined && { everySteps: readInteger(where, '--eval-every', evalEvery, 1) }),
    ...(evalEpisodes !== undefined && { episodes: readInteger(where, '--eval-episodes', evalEpisodes, 1) }),
    ...(stopAtReturn !== undefined && {
      stopAtReturn: orNone(stopAtReturn, text => readNumber(where, '--stop-at-return', text)),
    }),
    ...(patience !== undefined && { patience: orNone(patience, text => readInteger(where, '--patience', text, 1)) }),
  };
  return {
    ...(engine !== undefined && { engine }),
    ...(threads !== undefined && { threads: readInteger(where, '--threads', threads, 1) }),
    evaluation,
    ...(checkpointEvery !== undefined && {
      checkpointEverySteps: readInteger(where, '--checkpoint-every', checkpointEvery, 1),
    }),
    ...films(where, flags),
    ...(tensorboard !== undefined && { tensorboard }),
    ...(keepCheckpoints !== undefined && {
      keepCheckpoints: readInteger(where, '--keep-checkpoints', keepCheckpoints, 1),
    }),
  };
}

/** What is said of films while a run trains. */
function films(where: string, { recordEvery, recordFormat }: TrainFlags): { readonly films?: FilmPlan } {
  const format = recordFormat === undefined ? {} : { format: readFilmFormat(where, '--record-format', recordFormat) };
  if (recordEvery !== undefined)
    return { films: { everySteps: readInteger(where, '--record-every', recordEvery, 1), ...format } };
  if (recordFormat === undefined) return {};
  const remedy = 'Give the steps between two films too';
  throw new InputError(message(where, '--record-format goes with --record-every', recordFormat, remedy));
}
