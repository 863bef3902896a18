import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JournalStudy } from '@zpin/sweep/node';
import type { RunKeeper } from './trial-runs.ts';

/** Keeps nothing: the run folders are on a disk that all workers share. Sees whether the trial is still that of this worker. */
export function journalKeeper(study: JournalStudy, trial: number, isTakenUp: boolean): RunKeeper {
  return {
    async fetch(_seed, path) {
      // Whoever had the run has lost it, on whichever machine that was.
      if (isTakenUp) rmSync(join(path, 'run.lock'), { force: true });
    },
    isLost: () => !study.holds(trial),
    save: async () => study.holds(trial),
    addMetrics: async () => study.holds(trial),
  };
}
