import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { InputError, message } from '@zpin/contracts';
import { isRunning } from '@zpin/core/node';

/** Who has a run folder. */
export interface RunHolder {
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly since: string;
  /** When the process began, as its system says it, so that another one that got its number later is not taken for it. */
  readonly born: string | null;
}

type Holder = RunHolder;

const FILE = 'run.lock';
let locks = 0;

/**
 * Keeps other processes out of a run folder: two would overwrite each other's checkpoints and mix their metrics. What a process
 * that is gone had does not count.
 * @returns gives the folder free; more than once does no harm
 * @throws InputError saying who has it
 */
export function lockRunFolder(folder: string, where: string): () => void {
  const path = join(folder, FILE);
  const mine = join(folder, `.${FILE}.${process.pid}-${locks++}.tmp`);
  const holder: Holder = { pid: process.pid, host: hostname(), since: new Date().toISOString(), born: bornAt(process.pid) };
  const text = `${JSON.stringify(holder)}\n`;
  writeFileSync(mine, text);
  try {
    // A name for a file that is already whole: whoever finds the lock can read it.
    while (!link(mine, path)) {
      const found = read(path);
      if (found !== null && isHeld(found)) throw held(where, folder, found, path);
      takeAway(path, found, `${mine}.old`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => {
    if (read(path)?.text === text) rmSync(path, { force: true });
  };
}

/** The process that has a run folder; null where none has it. One of another machine counts as there. */
export function runHolder(folder: string): RunHolder | null {
  const found = read(join(folder, FILE));
  return found !== null && isHeld(found) ? found.holder : null;
}

type Found = { readonly text: string; readonly holder: Holder | null };

/** What a lock says; null where there is none. */
function read(path: string): Found | null {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  try {
    const { pid, host, since, born } = JSON.parse(text) as Holder;
    const isOne = Number.isSafeInteger(pid) && typeof host === 'string' && typeof since === 'string';
    return { text, holder: isOne ? { pid, host, since, born } : null };
  } catch {
    return { text, holder: null };
  }
}

function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    // A file system without second names.
    try {
      writeFileSync(to, readFileSync(from), { flag: 'wx' });
      return true;
    } catch (failed) {
      if ((failed as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw failed;
    }
  }
}

/** Takes a dead lock away, but not one that another process put there since. */
function takeAway(path: string, dead: Found | null, aside: string): void {
  try {
    renameSync(path, aside);
  } catch {
    // Somebody else was faster.
    return;
  }
  if (dead !== null && read(aside)?.text !== dead.text) link(aside, path);
  rmSync(aside, { force: true });
}

/** Nobody can tell from here whether a process of another machine lives; then it counts. */
function isHeld({ holder }: Found): boolean {
  if (holder === null) return false;
  if (holder.host !== hostname()) return true;
  return isRunning(holder.pid) && (holder.born === null || bornAt(holder.pid) === holder.born);
}

function held(where: string, folder: string, { holder }: Found, path: string): InputError {
  const who = holder && `process ${holder.pid} on ${holder.host}, since ${holder.since}`;
  const otherHost = holder?.host === hostname() ? '' : `; if it is gone, remove ${path}`;
  const remedy = `Wait for it, stop it, or choose another folder${otherHost}`;
  return new InputError(message(where, `the run folder ${folder} must not be in use`, who, remedy));
}

/** When a process began, in ticks since the machine did; null where the system does not say. */
function bornAt(pid: number): string | null {
  try {
    // The name of the program, in brackets, may hold anything; behind it, the 20th word is the time.
    return (
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[19] ?? null
    );
  } catch {
    return null;
  }
}
