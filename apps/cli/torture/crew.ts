import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Job, JobDone } from './child.ts';
import { KeptText } from './kept-text.ts';
import { LONGEST_SECONDS, type Outcome } from './verdict.ts';

/** Jobs after which a process is replaced: what one left behind must not be blamed on the hundredth after it. */
const JOBS_PER_PROCESS = 100;

/** Seconds that a process has to load everything, on a machine that has other work. */
const LONGEST_START_SECONDS = 300;

const sources = ['--conditions=@zpin/source', '--import', new URL('../../../tools/testing/typescript.mjs', import.meta.url).href];
const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** Runs jobs in processes of its own, several at a time, and kills what hangs. */
export async function runJobs<T extends Job>(
  jobs: readonly T[],
  crew: number,
  onDone: (job: T, outcome: Outcome) => void,
): Promise<void> {
  let next = 0;
  const work = async () => {
    let child: ChildProcess | null = null;
    for (let done = 0; next < jobs.length; done++) {
      const job = jobs[next++];
      if (done % JOBS_PER_PROCESS === 0) {
        child?.kill('SIGKILL');
        child = null;
      }
      child ??= await start(job.folder);
      let outcome = await run(child, job);
      if (outcome.hung || outcome.exitCode === null) {
        // Once more, alone in a new process: the machine may have been busy, or the process worn out.
        child.kill('SIGKILL');
        child = await start(job.folder);
        outcome = await run(child, job);
        child.kill('SIGKILL');
        child = null;
      }
      onDone(job, outcome);
    }
    child?.kill('SIGKILL');
  };
  await Promise.all(Array.from({ length: crew }, work));
}

/** A process that has loaded what every command needs: how long that takes says nothing about a command. */
async function start(folder: string): Promise<ChildProcess> {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), {
    execArgv: sources,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  for (const argv of [['list'], ['train', 'ppo', '--env', 'CartPole-v1', '--gamma', '2']]) {
    await run(child, { folder, argv, patience: 0 }, LONGEST_START_SECONDS);
  }
  return child;
}

function run(child: ChildProcess, job: Job, longestSeconds = LONGEST_SECONDS): Promise<Outcome> {
  const begun = performance.now();
  const seconds = () => (performance.now() - begun) / 1000;
  return new Promise(resolve => {
    let fatal = '';
    const hear = (text: Buffer) => {
      fatal = (fatal + text.toString()).slice(-20_000);
    };
    const settle = (outcome: Omit<Outcome, 'seconds'>) => {
      clearTimeout(timer);
      child.off('message', told);
      child.off('exit', ended);
      child.stderr?.off('data', hear);
      resolve({ ...outcome, seconds: seconds() });
    };
    const told = ({ exitCode, out, err }: JobDone) => settle({ exitCode, out, err, hung: false });
    const ended = (code: number | null) => settle({ exitCode: code, out: '', err: fatal, hung: false });
    const timer = setTimeout(() => settle({ exitCode: null, out: '', err: fatal, hung: true }), longestSeconds * 1000);
    child.on('message', told);
    child.on('exit', ended);
    child.stderr?.on('data', hear);
    child.send(job);
  });
}

export interface ProcessOptions {
  readonly cwd: string;
  /** Milliseconds after which a signal is sent. */
  readonly after?: number;
  readonly signal?: NodeJS.Signals;
  readonly longestSeconds?: number;
}

/** The command line as a process of its own, as a user has it. */
export function runProcess(argv: readonly string[], options: ProcessOptions): Promise<Outcome> {
  const { cwd, after, signal = 'SIGKILL', longestSeconds = 120 } = options;
  const begun = performance.now();
  return new Promise(resolve => {
    const child = spawn(process.execPath, [...sources, program, ...argv], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, err] = [new KeptText(), new KeptText()];
    let hung = false;
    child.stdout.on('data', (text: Buffer) => out.write(text.toString()));
    child.stderr.on('data', (text: Buffer) => err.write(text.toString()));
    const timers = [
      setTimeout(() => {
        hung = true;
        child.kill('SIGKILL');
      }, longestSeconds * 1000),
      ...(after === undefined ? [] : [setTimeout(() => child.kill(signal), after)]),
    ];
    child.on('close', exitCode => {
      for (const timer of timers) clearTimeout(timer);
      resolve({ exitCode, out: out.text, err: err.text, hung, seconds: (performance.now() - begun) / 1000 });
    });
  });
}
