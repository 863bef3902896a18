import { search } from '@zpin/sweep';
import { QueuedStudy, type QueuedSweep, type SweepQueue } from '@zpin/sweep/postgres';
import type { Io } from '../../io.ts';
import { pruningOf, readSweep, type SweepPlan } from '../sweep-plan.ts';
import { tellTrial } from '../sweep-texts.ts';
import { trainTrial } from '../trial-runs.ts';
import { databaseKeeper, sharedKeeper } from './queue-keeper.ts';

/** How a worker works. */
export interface WorkOptions {
  /** Folder for the runs that it has; `isShared`: of all workers, and what is in it stays. */
  readonly folder: string;
  readonly isShared: boolean;
  /** Whether it waits for trials that others have, to take up what they may leave. */
  readonly waits: boolean;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly io: Io;
}

/**
 * Works on one sweep until nothing of it is left, or `signal` says so. A trial that is stopped goes back to the queue at once.
 * @returns how many trials it ended
 */
export async function workOn(queue: SweepQueue, sweep: QueuedSweep, plan: SweepPlan, options: WorkOptions): Promise<number> {
  const { folder, isShared, waits, json, signal, io } = options;
  const { file, searched } = plan;
  const study = new QueuedStudy(queue, sweep, { waits, signal });
  const keeper = isShared ? sharedKeeper : databaseKeeper;
  let ended = 0;
  try {
    for (;;) {
      const events = search({
        ...{ storage: study, space: searched.space, direction: 'maximize', pruning: pruningOf(file), signal },
        ...{ sampler: file.sampler, seed: file.seed, trials: file.trials },
        evaluate: ({ trial }, report) => trainTrial({ plan, folder, trial, signal, io, report, keeper: keeper(study, trial.id) }),
      });
      for await (const event of events) {
        tellTrial(event, json, io);
        if (event.type === 'ended') ended++;
      }
      // A trial that was taken over ends the search, not the work.
      const isOpen = (await queue.sweeps()).some(({ id, isOpen }) => id === sweep.id && isOpen);
      if (signal.aborted || !waits || !isOpen) return ended;
    }
  } finally {
    await study.giveBack();
  }
}

/** What a sweep in the database says of itself. @throws InputError when another version of the program began it */
export async function planOf(queue: SweepQueue, sweep: QueuedSweep, where: string): Promise<SweepPlan> {
  queue.checkVersion(sweep);
  return readSweep(sweep.plan, where);
}
