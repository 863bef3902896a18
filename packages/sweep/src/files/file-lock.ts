import { randomUUID } from 'node:crypto';
import { closeSync, lstatSync, openSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { InputError, message } from '@zpin/contracts';

/** Longest pause between two looks at a lock that another has, in milliseconds. */
const LONGEST_PAUSE = 50;

/**
 * A lock that works on folders that machines share: a symbolic link `<file>.lock`, as Optuna's journal has it, which only one can
 * create; a plain file where links may not be made. One that has not changed for the time of grace belongs to a process that was
 * killed, and is taken away.
 */
export class FileLock {
  readonly #target: string;
  readonly #path: string;
  readonly #graceMs: number;
  readonly #timeoutMs: number;
  #own: string | null = null;

  /**
   * @param file that is protected; it need not be there
   * @param options times in milliseconds: until an unchanged lock counts as left behind, and until waiting is given up
   */
  constructor(file: string, { graceMs = 30_000, timeoutMs = 120_000 } = {}) {
    this.#target = file;
    this.#path = `${file}.lock`;
    this.#graceMs = graceMs;
    this.#timeoutMs = timeoutMs;
  }

  /** Waits for the lock. @throws InputError when others keep it for too long, or the folder cannot be written to */
  async acquire(): Promise<void> {
    const start = performance.now();
    let seen: string | null = null;
    let seenSince = start;
    for (let pause = 1; ; pause = Math.min(LONGEST_PAUSE, 2 * pause)) {
      if (this.#create()) {
        this.#own = this.#identity();
        return;
      }
      const now = performance.now();
      const other = this.#identity();
      if (other !== seen) {
        seen = other;
        seenSince = now;
      } else if (other !== null && now - seenSince > this.#graceMs) {
        this.#takeAway(other);
        continue;
      }
      if (now - start > this.#timeoutMs) {
        const remedy = `Remove ${this.#path} if no process works with it`;
        throw new InputError(
          message('FileLock', `${this.#target} must be free`, `a lock for ${Math.round(now - start)} ms`, remedy),
        );
      }
      await wait(pause);
    }
  }

  /** Whether the lock is still this one's: a process that was halted for long may have lost it. */
  isHeld(): boolean {
    return this.#own !== null && this.#identity() === this.#own;
  }

  /** Gives the lock back; one that was lost is left alone. */
  release(): void {
    if (this.isHeld()) this.#remove();
    this.#own = null;
  }

  #create(): boolean {
    try {
      symlinkSync(this.#target, this.#path);
      return true;
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EEXIST') return false;
      // Windows without the right to make links, and file systems that have none.
      if (code === 'EPERM' || code === 'ENOSYS' || code === 'EOPNOTSUPP') return this.#createPlain();
      throw this.#unwritable(error);
    }
  }

  #createPlain(): boolean {
    try {
      closeSync(openSync(this.#path, 'wx'));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw this.#unwritable(error);
    }
  }

  /** What tells one lock from the next; null where there is none. */
  #identity(): string | null {
    const stat = lstatSync(this.#path, { throwIfNoEntry: false, bigint: true });
    return stat ? `${stat.ino}:${stat.mtimeNs}` : null;
  }

  #takeAway(stale: string): void {
    if (this.#identity() === stale) this.#remove();
  }

  /** Renamed first: of several that remove the same, one does. */
  #remove(): void {
    const aside = `${this.#path}${randomUUID()}.rename`;
    try {
      renameSync(this.#path, aside);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    rmSync(aside, { force: true });
  }

  #unwritable(error: unknown): InputError {
    const text = error instanceof Error ? error.message : String(error);
    return new InputError(
      message('FileLock', `the folder of ${this.#target} must be there and writable`, text, 'Check the path'),
    );
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}
