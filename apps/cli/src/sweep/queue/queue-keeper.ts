import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import type { QueuedStudy, StoredFile } from '@zpin/sweep/postgres';
import type { RunKeeper } from '../trial-runs.ts';

/** Says who has a run folder, which is nobody's business elsewhere. */
const LOCK = /^\.?run\.lock/;

/** Keeps the runs of a trial in the database, so that another machine can go on with them. */
export function databaseKeeper(study: QueuedStudy, trial: number): RunKeeper {
  return {
    fetch: async (seed, path) => restoreFiles(path, await study.files(trial, seed)),
    save: (seed, path) => study.saveFiles(trial, seed, filesOf(path)),
    addMetrics: (seed, step, metrics) => study.addMetrics(trial, seed, step, metrics),
  };
}

/** Keeps nothing but metrics: the run folders are on a disk that all workers share. */
export function sharedKeeper(study: QueuedStudy, trial: number): RunKeeper {
  return {
    async fetch(_seed, path) {
      // Whoever had the run has lost it, on whichever machine that was.
      rmSync(join(path, 'run.lock'), { force: true });
    },
    save: (seed, path) =>
      study.saveFiles(
        trial,
        seed,
        filesOf(path).filter(({ path: name }) => SMALL.includes(name)),
      ),
    addMetrics: (seed, step, metrics) => study.addMetrics(trial, seed, step, metrics),
  };
}

/** What is worth a place in the database although the whole folder is on a disk. */
const SMALL = ['config.json', 'summary.json', 'policy.bin', 'curve.svg'];

/** All files of a folder. */
function filesOf(path: string): StoredFile[] {
  const found = readdirSync(path, { recursive: true, withFileTypes: true });
  return found
    .filter(entry => entry.isFile() && !LOCK.test(entry.name))
    .map(entry => {
      const file = join(entry.parentPath, entry.name);
      return { path: relative(path, file).split(sep).join('/'), content: readFileSync(file) };
    });
}

/** Writes files into a folder, which then holds nothing else. */
export function restoreFiles(path: string, files: readonly StoredFile[]): void {
  if (existsSync(path)) rmSync(path, { recursive: true });
  for (const { path: name, content } of files) {
    const file = join(path, ...name.split('/'));
    makeFolder(dirname(file));
    writeFileSync(file, content);
  }
}
