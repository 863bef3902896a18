/** Text output of a process. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Characters in a line; 80 where the terminal does not say, or says 0. */
export function columnsOf(output: Output): number {
  return output.columns || 80;
}

export type StopSignal = 'SIGINT' | 'SIGTERM';

/** What a command touches of the process, so that tests can put their own in its place. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Calls `listener` at each Ctrl-C and polite request to end, until the returned function is called. */
  onStop(listener: (signal: StopSignal) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export function processIo(): Io {
  // A reader that went away (`zpin train … | head`) is no failure: end as other tools do, with 128 + SIGPIPE.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(141);
    throw error;
  });
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    now: () => performance.now(),
    onStop(listener) {
      const signals: StopSignal[] = ['SIGINT', 'SIGTERM'];
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    exit: code => process.exit(code),
  };
}
