import { copyFileSync, existsSync, linkSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import { bestFolder } from './best-files.ts';
import { RunFolder } from './run-folder.ts';

const KEPT_FOLDER = 'checkpoints';

/** The folder of a checkpoint that is kept beside the last one: laid out as that of the run. */
export function keptFolder({ path }: RunFolder, step: number): RunFolder {
  return new RunFolder(join(path, KEPT_FOLDER, String(step)));
}

/** Steps of the checkpoints that are kept, rising. */
export function keptSteps({ path }: RunFolder): number[] {
  const folder = join(path, KEPT_FOLDER);
  if (!existsSync(folder)) return [];
  const steps = readdirSync(folder).flatMap(name => (/^\d+$/.test(name) ? [Number(name)] : []));
  return steps.sort((a, b) => a - b);
}

/**
 * Keeps the last checkpoint, with the best agent of then, under its step, and lets go of the oldest beyond `count`.
 *
 * Files of a checkpoint are never written to, only replaced: they get a second name, which takes no room.
 */
export function keepCheckpoint(folder: RunFolder, step: number, count: number): void {
  const kept = keptFolder(folder, step);
  const fresh = join(folder.path, KEPT_FOLDER, `.${step}.tmp`);
  remove(fresh);
  copyMoment(folder, new RunFolder(fresh));
  removeKept(folder, [step]);
  renameSync(fresh, kept.path);
  removeKept(folder, keptSteps(folder).slice(0, -count));
}

/** Keeps the last checkpoint, of this step, where it is not kept yet. */
export function keepMissing(folder: RunFolder, step: number, count: number): void {
  if (folder.has('checkpoint') && !keptSteps(folder).includes(step)) keepCheckpoint(folder, step, count);
}

/** Lets go of checkpoints from after a step. */
export function rewindKept(folder: RunFolder, step: number): void {
  removeKept(
    folder,
    keptSteps(folder).filter(kept => kept > step),
  );
}

/** Makes a kept checkpoint the last one of its run, with the best agent of then. */
export function goBackTo(folder: RunFolder, step: number): void {
  remove(bestFolder(folder).path);
  copyMoment(keptFolder(folder, step), folder);
}

/** Gives everything that belongs to a moment of a run a name in another folder too; the checkpoint itself comes last. */
function copyMoment(from: RunFolder, to: RunFolder): void {
  const parts = ['checkpoint.bin.parts', 'best'];
  for (const name of parts) nameFiles(join(from.path, name), join(to.path, name));
  makeFolder(to.path);
  for (const name of ['policy', 'checkpoint'] as const) if (from.has(name)) nameFile(from.file(name), to.file(name));
}

function nameFiles(from: string, to: string): void {
  if (!existsSync(from)) return;
  makeFolder(to);
  for (const name of readdirSync(from)) nameFile(join(from, name), join(to, name));
}

/** A second name for a file, in place of what has it; a copy where the file system knows no second names. */
function nameFile(from: string, to: string): void {
  const fresh = `${to}.named.tmp`;
  rmSync(fresh, { force: true });
  try {
    linkSync(from, fresh);
  } catch {
    copyFileSync(from, fresh);
  }
  renameSync(fresh, to);
  // Two names of one file are left both by a renaming.
  rmSync(fresh, { force: true });
}

/** First out of sight: what is removed half-way is no checkpoint. */
function removeKept(folder: RunFolder, steps: readonly number[]): void {
  for (const step of steps) {
    const { path } = keptFolder(folder, step);
    if (!existsSync(path)) continue;
    const aside = join(folder.path, KEPT_FOLDER, `.${step}.old.tmp`);
    remove(aside);
    renameSync(path, aside);
    remove(aside);
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
