import { printable } from '@zpin/contracts';
import { commandOf } from './command-text.ts';
import { exitCodeOf, type StopRequest } from './exit-codes.ts';
import { styleOf } from './style.ts';
import { shownLength, wrapped } from './wrapped-text.ts';

/** Text output of a process. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
}

/** Characters in a line; 80 where the terminal does not say, or says 0. */
export function columnsOf(output: Output): number {
  return output.columns || 80;
}

/** Characters in a row of a table: those of the terminal; infinite where a program reads, which wants whole rows. */
export function rowWidth(output: Output): number {
  return output.isTTY ? columnsOf(output) : output.columns || Number.POSITIVE_INFINITY;
}

/**
 * Tells a person something, in whole lines. A terminal gets lines that fit, broken between words; programs that read them get each as it
 * is. A command to be copied stays in one line.
 */
export function say(io: Pick<Io, 'stdout' | 'command'>, text: string): void {
  const { stdout } = io;
  stdout.write(stdout.isTTY ? fittingLines(io, text) : text);
}

/** The lines of a text, as wide as the terminal at most. */
function fittingLines({ stdout, command }: Pick<Io, 'stdout' | 'command'>, text: string): string {
  const width = columnsOf(stdout);
  return text
    .split('\n')
    .flatMap(line => {
      if (shownLength(line) <= width || line.includes(`${command} `)) return [line];
      const [indent = ''] = /^ */.exec(line) ?? [];
      return wrapped(line.slice(indent.length), width, indent, `${indent}  `).map(part => part.trimEnd());
    })
    .join('\n');
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What is said of lines in `metrics.jsonl` that are no events. */
export function skippedText(file: string, lines: number): string {
  return `warning: ${printable(file)}: ${lines} ${lines === 1 ? 'line is no event and was' : 'lines are no events and were'} skipped.\n`;
}

/** Says what the user should know, each in a line of its own. */
export function warn({ stderr, env }: Pick<Io, 'stderr' | 'env'>, notes: readonly string[]): void {
  const { yellow } = styleOf(stderr, env);
  for (const note of notes) stderr.write(`${yellow('warning:')} ${printable(note)}\n`);
}

/** What a command touches of the process, so that tests can put their own in its place. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Variables of the environment of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How the user starts this program: `zpin`, or for example `npx zpin`. */
  readonly command: string;
  /** Milliseconds of a clock that only goes forward. */
  now(): number;
  /** Lets so many milliseconds pass; none where the number is not above 0. */
  wait(milliseconds: number): Promise<void>;
  /** Calls `listener` at each Ctrl-C and polite request to end, until the returned function is called. */
  onStop(listener: (request: StopRequest) => void): () => void;
  /** Ends the process at once. */
  exit(code: number): void;
}

export function processIo(): Io {
  const listeners = new Set<(request: StopRequest) => void>();
  const tell = (request: StopRequest) => {
    for (const listener of listeners) listener(request);
  };
  let isBroken = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (isBroken) return;
    isBroken = true;
    // A reader that went away (`zpin train … | head`) is no failure, a full disk is one.
    const isGone = error.code === 'EPIPE';
    if (!isGone) process.stderr.write(`zpin: standard output must be writable, got "${error.code}". Send it somewhere else.\n`);
    const request = isGone ? 'SIGPIPE' : 'output';
    if (listeners.size === 0) process.exit(exitCodeOf(request));
    process.exitCode = exitCodeOf(request);
    tell(request);
  });
  // There is nowhere left to say it.
  process.stderr.on('error', () => undefined);
  return {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    command: commandOf(process.env, process.argv[1]),
    now: () => performance.now(),
    wait: milliseconds => new Promise(resolve => setTimeout(resolve, Math.max(0, milliseconds))),
    onStop(listener) {
      if (listeners.size === 0) for (const signal of SIGNALS) process.on(signal, tell);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) for (const signal of SIGNALS) process.off(signal, tell);
      };
    },
    exit: code => process.exit(code),
  };
}

/** The same process, of which nothing is heard: for runs of which another command tells in a line of its own. */
export function silenced(io: Io): Io {
  const nowhere = { write: () => true };
  return {
    ...{ stdout: nowhere, stderr: nowhere, env: io.env, command: io.command },
    now: () => io.now(),
    wait: milliseconds => io.wait(milliseconds),
    onStop: listener => io.onStop(listener),
    exit: code => io.exit(code),
  };
}
