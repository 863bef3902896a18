import { closeSync, existsSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { InputError, message } from '@zpin/contracts';
import { formatLine, type JsonObject, parseLine } from '../journal/operations.ts';
import { FileLock } from './file-lock.ts';

const LINE_END = 10;

/** A journal in a file that several processes append to. */
export class JournalFile {
  readonly path: string;
  readonly #lock: FileLock;
  /** Bytes that were read as whole lines. */
  #offset = 0;
  #lines = 0;

  constructor(path: string, lock = new FileLock(path)) {
    this.path = path;
    this.#lock = lock;
  }

  /** Lines that were added since the last call, by whomever. A last one without its end is still being written. */
  read(): JsonObject[] {
    if (!existsSync(this.path)) return [];
    const file = openSync(this.path, 'r');
    try {
      const { size } = fstatSync(file);
      if (size < this.#offset) {
        const remedy = 'A journal only grows: start anew with another file';
        throw new InputError(message('JournalFile', `${this.path} must not shrink`, `${size} of ${this.#offset} bytes`, remedy));
      }
      const bytes = Buffer.alloc(size - this.#offset);
      const length = readSync(file, bytes, 0, bytes.length, this.#offset);
      const whole = bytes.subarray(0, length).lastIndexOf(LINE_END) + 1;
      const lines = bytes.toString('utf8', 0, whole).split('\n').slice(0, -1);
      const operations = lines.map((line, i) => parseLine(line, `line ${this.#lines + i + 1} of ${this.path}`));
      this.#offset += whole;
      this.#lines += lines.length;
      return operations;
    } finally {
      closeSync(file);
    }
  }

  /**
   * Appends what `decide` says, on disk when the promise is fulfilled. While it decides nobody else appends: it first sees, by
   * `onRead`, what others have added.
   */
  async append<T>(
    onRead: (operations: readonly JsonObject[]) => void,
    decide: () => { readonly operations: readonly JsonObject[]; readonly result: T },
  ): Promise<T> {
    for (;;) {
      await this.#lock.acquire();
      try {
        onRead(this.read());
        const { operations, result } = decide();
        // Whoever was halted for long has lost the lock, and decides again.
        if (!this.#lock.isHeld()) continue;
        if (operations.length > 0) this.#write(operations);
        onRead(this.read());
        return result;
      } finally {
        this.#lock.release();
      }
    }
  }

  #write(operations: readonly JsonObject[]): void {
    const file = openSync(this.path, 'a');
    try {
      // Half a line is what a process left that was killed while it wrote: the lock is ours, so nobody writes on.
      if (fstatSync(file).size > this.#offset) ftruncateSync(file, this.#offset);
      const bytes = Buffer.from(`${operations.map(formatLine).join('\n')}\n`);
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
