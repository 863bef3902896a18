import type { ContinueOptions } from 'zpin';
import { DEFAULT_EVALUATION_EPISODES } from 'zpin/catalog';
import { readEngine, readInteger, type TrainFlags } from './flags.ts';

/** What the command line says about its own output. */
export interface OutputPlan {
  /** Greedy episodes of each evaluation. */
  readonly evalEpisodes: number;
  readonly json: boolean;
  readonly quiet: boolean;
}

export function outputPlan(where: string, flags: TrainFlags): OutputPlan {
  return { evalEpisodes: evalEpisodes(where, flags), json: flags.json ?? false, quiet: flags.quiet ?? false };
}

/** What the command line says about a run that begins or goes on. */
export function continueOptions(where: string, flags: TrainFlags): ContinueOptions {
  const { evalEvery, checkpointEvery } = flags;
  return {
    engine: readEngine(where, flags.engine ?? 'auto'),
    ...(evalEvery !== undefined && {
      evaluation: { everySteps: readInteger(where, '--eval-every', evalEvery, 1), episodes: evalEpisodes(where, flags) },
    }),
    ...(checkpointEvery !== undefined && {
      checkpointEverySteps: readInteger(where, '--checkpoint-every', checkpointEvery, 1),
    }),
  };
}

function evalEpisodes(where: string, flags: TrainFlags): number {
  return readInteger(where, '--eval-episodes', flags.evalEpisodes ?? String(DEFAULT_EVALUATION_EPISODES), 1);
}
