import { type ChildProcess, fork } from 'node:child_process';
import type { LearningRun } from './results.ts';
import type { Job } from './train-run.ts';

/** What a child process answers to a job. */
export type Answer = { readonly run: LearningRun } | { readonly error: string };

/**
 * Trains in several processes at once; each asks for its next job when it is free.
 * @param program started with `argument`; answers each job it is sent by an `Answer`
 * @param next the job to begin now, or null when none is left
 * @param done called with every answer, before `next` is asked again
 */
export async function inProcesses(
  { program, argument, count }: { readonly program: string; readonly argument: string; readonly count: number },
  next: () => Job | null,
  done: (job: Job, answer: Answer) => void,
): Promise<void> {
  await Promise.all(Array.from({ length: count }, () => serve(() => fork(program, [argument]), next, done)));
}

async function serve(start: () => ChildProcess, next: () => Job | null, done: (job: Job, answer: Answer) => void): Promise<void> {
  let child: ChildProcess | null = null;
  for (let job = next(); job; job = next()) {
    child ??= start();
    const answer = await ask(child, job);
    // A process that ended has lost one run; the others go on in a new one.
    if (child.exitCode !== null || child.signalCode !== null) child = null;
    done(job, answer);
  }
  child?.disconnect();
}

function ask(child: ChildProcess, job: Job): Promise<Answer> {
  return new Promise(resolve => {
    const answered = (answer: Answer) => {
      child.off('message', answered);
      child.off('exit', ended);
      resolve(answer);
    };
    const ended = (code: number | null, signal: string | null) =>
      answered({ error: `its process ended by ${signal ?? `exit code ${code}`}` });
    child.on('message', answered);
    child.on('exit', ended);
    child.send(job);
  });
}

/** The other side: trains what it is sent, until there is nothing more. */
export function answerJobs(train: (job: Job) => Promise<LearningRun>): void {
  // Whoever sent the jobs has ended, perhaps killed: a run under way goes on from its checkpoint when it is asked for again.
  process.on('disconnect', () => process.exit());
  process.on('message', async (job: Job) => {
    const answer: Answer = await train(job).then(
      run => ({ run }),
      (error: unknown) => ({ error: error instanceof Error ? error.message : String(error) }),
    );
    process.send?.(answer);
  });
}
