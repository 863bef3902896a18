import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { message } from '@zpin/contracts';

let writes = 0;

/**
 * Replaces a file in one step: after a crash or a full disk at any moment, `path` holds the old content or the new, never a part.
 * The folder must exist. Temporary files that killed processes left beside it are removed.
 * @throws Error with the `code` of the operating system when nothing can be written there
 */
export function writeFileAtomic(path: string, content: Uint8Array | string): void {
  try {
    replace(path, content);
  } catch (error) {
    const { code, message: reason } = error as NodeJS.ErrnoException;
    const remedy = 'What was there before is whole; make room, or write elsewhere';
    const told = new Error(message('writeFileAtomic', `${path} must be writable`, reason.split(',')[0], remedy), {
      cause: error,
    });
    throw Object.assign(told, { code });
  }
}

function replace(path: string, content: Uint8Array | string): void {
  const folder = dirname(path);
  const prefix = `.${basename(path)}.`;
  sweep(folder, prefix);
  const temporary = join(folder, `${prefix}${process.pid}-${writes++}.tmp`);
  try {
    const file = openSync(temporary, 'wx');
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
  syncFolder(folder);
}

/** Makes the rename itself last. Windows has no such call for folders. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function sweep(folder: string, prefix: string): void {
  for (const name of readdirSync(folder)) {
    const pid = name.startsWith(prefix) ? /^(\d+)-\d+\.tmp$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
