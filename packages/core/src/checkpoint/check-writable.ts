import { closeSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { InputError, message } from '@zpin/contracts';

/** Bytes that are written on trial: some file systems take a name, but nothing in it. */
const PROBE_BYTES = 4096;

/**
 * Checks that a file can be written, before the work whose result it shall take. Leaves nothing behind.
 * @param where function or command that was called @param option how it calls the path, for example `--out`
 * @param bytes that the file will take; unknown when omitted
 * @throws InputError when something else than a file is there, its folder is none, or nothing can be written there, or too little
 */
export function checkWritable(where: string, option: string, path: string, bytes = PROBE_BYTES): void {
  const folder = dirname(path);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there && !there.isFile()) {
    const found = there.isDirectory() ? `${path}, a folder` : `${path}, a device`;
    throw new InputError(message(where, `${option} must be a file`, found, 'Choose another name'));
  }
  const probe = join(folder, `.${basename(path).slice(0, 100)}.${process.pid}-probe.tmp`);
  try {
    const file = openSync(probe, 'wx');
    try {
      writeSync(file, new Uint8Array(Math.min(bytes, PROBE_BYTES)));
    } finally {
      closeSync(file);
      rmSync(probe, { force: true });
    }
    const { bavail, bsize } = statfsSync(folder);
    if (bavail * bsize >= bytes) return;
    const [wanted, room] = [bytes, bavail * bsize].map(size => `${Math.ceil(size / 2 ** 20).toLocaleString('en')} MiB`);
    throw new InputError(message(where, `there must be room for ${wanted} at ${option}`, `${room} in ${folder}`, 'Free some'));
  } catch (error) {
    if (error instanceof InputError) throw error;
    const reason = (error as Error).message.split(',')[0];
    throw new InputError(message(where, `${option} must be a place to write to`, path, `Choose another: ${reason}`));
  }
}
