import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { StopRequest } from '../exit-codes.ts';
import { COMMAND_PROCESS } from '../process-modules.ts';
import type { FromProcess, Progress, ToProcess } from './messages.ts';

export interface ChildCommandOptions {
  readonly argv: readonly string[];
  /** How the user starts this program. */
  readonly command: string;
  /** Where paths on its command line are meant from. */
  readonly cwd: string;
  /** Called with each line of its output; when omitted, nothing is told of them. */
  onLine?(line: string): void;
  /** Called a few times a second with where its run is, when its lines are not wanted. */
  onProgress?(progress: Progress): void;
}

/** How a command of another process ended. */
export interface ChildEnd {
  /** Null where the process was killed. */
  readonly exitCode: number | null;
  /** What it had to say of failures. */
  readonly errors: string;
}

/** A command of this program in a process of its own, with a core of its own where there is one. */
export class ChildCommand {
  readonly ended: Promise<ChildEnd>;
  readonly #child: ChildProcess;

  constructor({ argv, command, cwd, onLine, onProgress }: ChildCommandOptions) {
    const child = fork(fileURLToPath(COMMAND_PROCESS), { cwd, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    this.#child = child;
    let [errors, fatal] = ['', ''];
    let exitCode: number | null = null;
    let isDone = false;
    child.stderr?.on('data', (text: Buffer) => {
      fatal = (fatal + text.toString()).slice(-10_000);
    });
    child.on('message', (told: FromProcess) => {
      if (told.type === 'line') onLine?.(told.line);
      else if (told.type === 'progress') onProgress?.(told.progress);
      else if (told.type === 'error') errors += told.text;
      else [isDone, exitCode] = [true, told.exitCode];
    });
    // A process that could not even start says so, and has no end.
    this.ended = new Promise(resolve => {
      child.on('error', error => resolve({ exitCode: null, errors: error.message }));
      child.on('close', (code, signal) => {
        if (isDone) resolve({ exitCode, errors });
        else resolve({ exitCode: code, errors: errors || fatal || (signal ? `the process was ended by ${signal}` : '') });
      });
    });
    this.#tell({ type: 'run', argv, command, tells: onLine ? 'lines' : 'progress' });
  }

  /** Asks it to stop after the step in progress. */
  stop(request: StopRequest): void {
    this.#tell({ type: 'stop', request });
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  #tell(told: ToProcess): void {
    if (this.#child.connected) this.#child.send(told, () => undefined);
  }
}
