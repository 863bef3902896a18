/** The program of a process that runs one command for another process, and tells it what would go to a terminal. */
import { main } from '../cli.ts';
import { exitCodeOf, type StopRequest } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import type { FromProcess, ToProcess } from './messages.ts';
import { RunProgress } from './run-progress.ts';

const listeners = new Set<(request: StopRequest) => void>();
let asked: StopRequest | null = null;

function stop(request: StopRequest): void {
  asked ??= request;
  for (const listener of listeners) listener(request);
}

// Ctrl-C in a terminal goes to every process of it; the other one passes it on, so that a stop is heard once.
for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('SIGTERM', () => stop('SIGTERM'));
// Nobody is left to work for.
process.on('disconnect', () => {
  if (asked !== null) process.exit(exitCodeOf('SIGTERM'));
  stop('SIGTERM');
});

function tell(told: FromProcess): void {
  if (process.connected) process.send?.(told);
}

async function run(argv: readonly string[], tells: 'lines' | 'progress', command: string): Promise<void> {
  const progress = new RunProgress(() => performance.now());
  let rest = '';
  const hear = (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (tells === 'lines') tell({ type: 'line', line });
      else {
        const due = progress.hear(line);
        if (due) tell({ type: 'progress', progress: due });
      }
    }
  };
  const io: Io = {
    stdout: { write: hear },
    stderr: { write: text => tell({ type: 'error', text }) },
    env: process.env,
    command,
    now: () => performance.now(),
    wait: milliseconds => new Promise(resolve => setTimeout(resolve, Math.max(0, milliseconds))),
    onStop(listener) {
      listeners.add(listener);
      // It was asked before there was anything to stop.
      if (asked !== null) queueMicrotask(() => listener(asked as StopRequest));
      return () => listeners.delete(listener);
    },
    exit: code => process.exit(code),
  };
  const exitCode = await main(argv, io);
  process.exitCode = exitCode;
  if (process.connected)
    process.send?.({ type: 'done', exitCode } satisfies FromProcess, undefined, undefined, () => process.disconnect());
}

process.on('message', (told: ToProcess) => {
  if (told.type === 'stop') stop(told.request);
  else void run(told.argv, told.tells, told.command);
});
