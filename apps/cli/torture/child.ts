/** A process that runs command lines one after another for `Crew`, each with texts in place of the terminal. */
import { chdir } from 'node:process';
import { main } from '../src/cli.ts';
import type { StopRequest } from '../src/exit-codes.ts';
import type { Io } from '../src/io.ts';
import { KeptText } from './kept-text.ts';

/** One command line to run. */
export interface Job {
  readonly folder: string;
  readonly argv: readonly string[];
  /** Milliseconds after which a command that listens for signals gets Ctrl-C, so that right input does not run for hours. */
  readonly patience: number;
}

/** What of it is looked at. */
export interface JobDone {
  readonly exitCode: number;
  readonly out: string;
  readonly err: string;
}

process.on('message', async ({ folder, argv, patience }: Job) => {
  chdir(folder);
  const [out, err] = [new KeptText(), new KeptText()];
  const timers: NodeJS.Timeout[] = [];
  const io: Io = {
    stdout: out,
    stderr: err,
    now: () => performance.now(),
    onStop(listener: (request: StopRequest) => void) {
      const timer = setTimeout(() => listener('SIGINT'), patience);
      timers.push(timer);
      return () => clearTimeout(timer);
    },
    exit: code => process.exit(code),
  };
  const exitCode = await main(argv, io);
  for (const timer of timers) clearTimeout(timer);
  process.send?.({ exitCode, out: out.text, err: err.text } satisfies JobDone);
});

// Whatever is not caught must be seen as what it is.
process.on('unhandledRejection', error => {
  process.send?.({ exitCode: 1, out: '', err: String((error as Error)?.stack ?? error) } satisfies JobDone);
});
