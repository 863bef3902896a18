import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';

/** One call of the operating system writes at most 2 GiB. */
const MAX_CALL_BYTES = 2 ** 30;

/** What is done to files when something is saved. */
export interface Disk {
  /** Makes a file that must not be there yet. @returns its number */
  create(path: string): number;
  /** Writes all bytes, at a place or behind what is there. */
  write(file: number, bytes: Uint8Array, at?: number): void;
  /** Waits until what was written is safe. */
  sync(file: number): void;
  close(file: number): void;
  rename(from: string, to: string): void;
  /** Removes a file, if it is there. */
  remove(path: string): void;
  /** Makes a folder, unless it is there. @returns whether it made one */
  makeFolder(path: string): boolean;
  /** Removes an empty folder, if it is there and empty. */
  removeFolder(path: string): void;
  /** Names in a folder; none where there is no folder. */
  list(path: string): readonly string[];
  size(path: string): number;
  /** Waits until the names in a folder are safe. */
  syncFolder(path: string): void;
}

export const disk: Disk = {
  create: path => openSync(path, 'wx'),
  write(file, bytes, at) {
    for (let done = 0; done < bytes.length; ) {
      const place = at === undefined ? null : at + done;
      done += writeSync(file, bytes, done, Math.min(MAX_CALL_BYTES, bytes.length - done), place);
    }
  },
  sync: fsyncSync,
  close: closeSync,
  rename: renameSync,
  remove: path => rmSync(path, { force: true }),
  makeFolder: path => unless(['EEXIST'], () => mkdirSync(path) === undefined, false),
  removeFolder: path => unless(['ENOENT', 'ENOTEMPTY', 'EEXIST', 'ENOTDIR'], () => rmdirSync(path), undefined),
  list: path => unless(['ENOENT'], () => readdirSync(path), []),
  size: path => statSync(path).size,
  syncFolder(path) {
    // Windows has no such call for folders.
    if (process.platform === 'win32') return;
    const handle = openSync(path, 'r');
    try {
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
  },
};

function unless<T>(codes: readonly string[], act: () => T, otherwise: T): T {
  try {
    return act();
  } catch (error) {
    if (codes.includes((error as NodeJS.ErrnoException).code ?? '')) return otherwise;
    throw error;
  }
}
