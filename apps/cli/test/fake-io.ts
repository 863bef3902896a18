import type { Io, StopSignal } from '../src/io.ts';

export interface FakeIoOptions {
  /** Called with each text written to stdout, and the Io itself. */
  readonly onWrite?: (text: string, io: FakeIo) => void;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Milliseconds that pass between two looks at the clock. */
  readonly tick?: number;
}

/** A process that is none: keeps what is written, sends signals on demand, and has a clock that goes on by looking at it. */
export class FakeIo implements Io {
  readonly stdout;
  readonly stderr;
  out = '';
  err = '';
  /** Codes with which the process would have ended at once. */
  readonly exits: number[] = [];
  #time = 0;
  readonly #tick: number;
  readonly #listeners = new Set<(signal: StopSignal) => void>();

  constructor({ onWrite, tick = 1, ...terminal }: FakeIoOptions = {}) {
    this.#tick = tick;
    this.stdout = {
      ...terminal,
      write: (text: string) => {
        this.out += text;
        onWrite?.(text, this);
      },
    };
    this.stderr = {
      write: (text: string) => {
        this.err += text;
      },
    };
  }

  now(): number {
    this.#time += this.#tick;
    return this.#time;
  }

  onStop(listener: (signal: StopSignal) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** What the user does by Ctrl-C, or the system by a polite request to end. */
  send(signal: StopSignal): void {
    for (const listener of this.#listeners) listener(signal);
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}
