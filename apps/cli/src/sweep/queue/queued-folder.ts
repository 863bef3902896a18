import { basename, resolve } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import { bestTrial } from '@zpin/sweep';
import { QueuedStudy, type SweepQueue } from '@zpin/sweep/postgres';
import type { SweepFolder } from '../sweep-folder.ts';
import { trialFolder } from '../trial-runs.ts';
import { restoreFiles } from './queue-keeper.ts';
import { planOf } from './queue-worker.ts';

/** A sweep of a database as if it were in its folder. */
export async function queuedFolder(queue: SweepQueue, dir: string, where: string): Promise<SweepFolder> {
  const path = resolve(dir);
  const sweep = await queue.find(basename(path));
  const { file } = await planOf(queue, sweep, where);
  return { path, file, study: new QueuedStudy(queue, sweep) };
}

/** Writes the runs of the best trial into the folder of a sweep, as a sweep without a database leaves them. */
export async function fetchBest(queue: SweepQueue, { path, file, study }: SweepFolder): Promise<void> {
  const best = bestTrial(await study.trials(), 'maximize');
  if (best === null) return;
  makeFolder(path);
  const stored = new QueuedStudy(queue, await queue.find(basename(path)));
  for (let i = 0; i < file.seeds; i++) {
    const files = await stored.files(best.id, file.seed + i);
    if (files.length > 0) restoreFiles(trialFolder(path, best.number, file.seed + i), files);
  }
}
