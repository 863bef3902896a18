import { basename, dirname, join } from 'node:path';
import { type Disk, disk as realDisk } from './disk.ts';
import { isRunning } from './is-running.ts';

let files = 0;

/**
 * A file that is written beside the one it replaces, in one step at the end: after a crash or a full disk at any moment, the path
 * holds the old content or the new, never a part. The folder must exist.
 */
export class NewFile {
  readonly #disk: Disk;
  readonly #temporary: string;
  readonly #file: number;
  #isOpen = true;

  /** @param path where it shall be; temporary files that killed processes left there are removed */
  constructor(path: string, disk: Disk = realDisk) {
    const folder = dirname(path);
    const prefix = `.${basename(path)}.`;
    for (const name of disk.list(folder)) {
      if (name.startsWith(prefix) && isAbandoned(name.slice(prefix.length))) disk.remove(join(folder, name));
    }
    this.#disk = disk;
    this.#temporary = join(folder, `${prefix}${process.pid}-${files++}.tmp`);
    this.#file = disk.create(this.#temporary);
  }

  /** @param at behind what is there when omitted */
  write(bytes: Uint8Array, at?: number): void {
    this.#disk.write(this.#file, bytes, at);
  }

  /** Puts the file where it belongs, once all of it is safe on the disk. @param path in the folder it was made for */
  place(path: string): void {
    this.#disk.sync(this.#file);
    this.#close();
    this.#disk.rename(this.#temporary, path);
  }

  /** Takes away what was not placed. */
  discard(): void {
    try {
      this.#close();
    } finally {
      this.#disk.remove(this.#temporary);
    }
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#disk.close(this.#file);
  }
}

/** Whether the end of a temporary file's name is that of a process that is gone. */
export function isAbandoned(end: string): boolean {
  const pid = /^(\d+)-\d+\.tmp$/.exec(end)?.[1];
  return pid !== undefined && !isRunning(Number(pid));
}
