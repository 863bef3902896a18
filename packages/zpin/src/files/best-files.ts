import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import { RunFolder } from './run-folder.ts';

/** Folder of the best agent of a run. */
export const BEST_FOLDER = 'best';

/** What `best/score.json` says. */
export interface BestScore {
  /** Steps of training behind it. */
  readonly step: number;
  /** Over the episodes of its evaluation. */
  readonly meanReturn: number;
  readonly stdReturn: number;
  readonly episodes: number;
  /** Share of the episodes that reached their goal; present when the environment has goals. */
  readonly successRate?: number;
}

/** The folder of the best agent of a run. */
export function bestFolder({ path }: RunFolder): RunFolder {
  return new RunFolder(join(path, BEST_FOLDER));
}

/** What is known of the best agent of a run; null where there is none. */
export function bestScore(folder: RunFolder): BestScore | null {
  return scoreIn(bestFolder(folder).path);
}

/** The score in a folder; null where there is none, or none that is whole. */
function scoreIn(path: string): BestScore | null {
  try {
    const score: BestScore = JSON.parse(readFileSync(new RunFolder(path).file('score'), 'utf8'));
    return Number.isSafeInteger(score.step) && Number.isFinite(score.meanReturn) ? score : null;
  } catch {
    return null;
  }
}

/**
 * Puts a new best agent in place of the one before, in whole folders: whoever looks finds one that belongs together. The one before
 * stays aside until a checkpoint knows of the new one, as a run that goes on from an earlier checkpoint has the earlier best one.
 */
export class BestFiles {
  readonly #current: string;
  readonly #fresh: string;
  readonly #before: string;

  constructor(folder: RunFolder) {
    this.#current = join(folder.path, BEST_FOLDER);
    this.#fresh = join(folder.path, `.${BEST_FOLDER}.tmp`);
    this.#before = join(folder.path, `.${BEST_FOLDER}.before`);
  }

  /** @param write puts the files of the new one into a folder */
  async replace(write: (folder: RunFolder) => Promise<void>): Promise<void> {
    remove(this.#fresh);
    makeFolder(this.#fresh);
    await write(new RunFolder(this.#fresh));
    // Of several new ones between two checkpoints, only the first replaces one that a checkpoint knows of.
    if (!existsSync(this.#before) && existsSync(this.#current)) renameSync(this.#current, this.#before);
    remove(this.#current);
    renameSync(this.#fresh, this.#current);
  }

  /** A checkpoint was written: what was best before is needed no more. */
  settle(): void {
    remove(this.#before);
  }

  /** Takes back the best agent of the checkpoint at a step, from which the run goes on. */
  rewind(step: number): void {
    remove(this.#fresh);
    const isOfThen = (path: string) => (scoreIn(path)?.step ?? Number.POSITIVE_INFINITY) <= step;
    if (!isOfThen(this.#current)) {
      remove(this.#current);
      if (isOfThen(this.#before)) renameSync(this.#before, this.#current);
    }
    remove(this.#before);
  }
}

function remove(path: string): void {
  rmSync(path, { recursive: true, force: true });
}
