import type { StopRequest } from '../src/exit-codes.ts';
import type { Io } from '../src/io.ts';

export interface FakeIoOptions {
  /** Called with each text written to stdout, and the Io itself. */
  readonly onWrite?: (text: string, io: FakeIo) => void;
  /** Called when a command begins to listen for signals. */
  readonly onListen?: (io: FakeIo) => void;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: string;
  readonly rows?: number;
  /** Milliseconds that pass between two looks at the clock. */
  readonly tick?: number;
}

/** A process that is none: keeps what is written, sends signals on demand, and has a clock that goes on by looking at it. */
export class FakeIo implements Io {
  readonly env;
  readonly command;
  readonly stdout;
  readonly stderr;
  out = '';
  err = '';
  /** Codes with which the process would have ended at once. */
  readonly exits: number[] = [];
  /** Milliseconds of all waits. */
  readonly waited: number[] = [];
  #time = 0;
  readonly #tick: number;
  readonly #onListen: FakeIoOptions['onListen'];
  readonly #listeners = new Set<(signal: StopRequest) => void>();

  constructor({ onWrite, onListen, tick = 1, env = {}, command = 'zpin', ...terminal }: FakeIoOptions = {}) {
    this.#onListen = onListen;
    this.env = env;
    this.command = command;
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

  /** Time passes at once, but others have their turn. */
  async wait(milliseconds: number): Promise<void> {
    this.waited.push(milliseconds);
    this.#time += Math.max(0, milliseconds);
    await new Promise(resolve => setImmediate(resolve));
  }

  onStop(listener: (signal: StopRequest) => void): () => void {
    this.#listeners.add(listener);
    this.#onListen?.(this);
    return () => this.#listeners.delete(listener);
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** What the user does by Ctrl-C, or the system by a polite request to end. */
  send(signal: StopRequest): void {
    for (const listener of this.#listeners) listener(signal);
  }

  exit(code: number): void {
    this.exits.push(code);
  }
}
