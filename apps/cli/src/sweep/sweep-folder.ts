import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { isRunning, makeFolder, writeFileAtomic } from '@zpin/core/node';
import type { TrialStorage } from '@zpin/sweep';
import { JournalStudy, type JournalWorkerOptions } from '@zpin/sweep/node';
import { checkSame } from './same-sweep.ts';
import type { SweepFile } from './sweep-plan.ts';

const FILE = 'sweep.json';
const JOURNAL = 'journal.log';

/** A folder with a sweep: what is searched, the journal of its trials, and their run folders. */
export interface SweepFolder {
  readonly path: string;
  readonly file: SweepFile;
  readonly study: TrialStorage & { readonly name: string };
}

/** Name of the study in the journal. */
function studyName({ algorithm, env }: SweepFile): string {
  return `${algorithm} on ${env}`;
}

/**
 * Makes the folder of a sweep, or takes part in the one that is there.
 * @throws InputError when another sweep is there
 */
export async function createSweepFolder(
  path: string,
  file: SweepFile,
  where: string,
  worker: JournalWorkerOptions,
): Promise<SweepFolder & { readonly study: JournalStudy }> {
  const whole = resolve(path);
  const before = readFile(whole, where);
  if (before !== null) checkSame(file, before, whole, where);
  makeFolder(whole);
  if (before === null || before.trials !== file.trials) {
    writeFileAtomic(join(whole, FILE), `${JSON.stringify(file, null, 2)}\n`);
  }
  const study = await JournalStudy.open(join(whole, JOURNAL), {
    ...{ name: studyName(file), direction: 'maximize' },
    worker: { ...worker, isRunning },
  });
  return { path: whole, file, study };
}

/** Folder of a sweep where none is named. */
export function sweepPath({ algorithm, env }: SweepFile): string {
  return join('sweeps', `${algorithm}-${env.replaceAll(/[/:]/g, '-')}`);
}

/** Opens the folder of a sweep. @throws InputError when it is none */
export async function openSweepFolder(path: string, where: string): Promise<SweepFolder> {
  const whole = resolve(path);
  const file = readFile(whole, where);
  if (file === null) {
    const remedy = 'Give a folder that zpin sweep made, such as sweeps/ppo-CartPole-v1';
    throw new InputError(message(where, `a folder of a sweep must hold ${FILE}`, path, remedy));
  }
  return { path: whole, file, study: await JournalStudy.open(join(whole, JOURNAL), { name: studyName(file) }) };
}

function readFile(path: string, where: string): SweepFile | null {
  const file = join(path, FILE);
  if (!existsSync(file)) return null;
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as SweepFile;
    if (typeof found.algorithm === 'string' && typeof found.env === 'string' && Number.isInteger(found.trials)) return found;
  } catch {
    // Told below, as every file that describes no sweep.
  }
  throw new InputError(message(where, `${FILE} must describe a sweep`, file, 'The file is damaged; start a new sweep'));
}
