import { type AgentState, type EnvSource, errorToData, message, type VectorEnv, WorkerError } from '@zpin/contracts';
import { breathe } from '@zpin/core';
import { fromBytes, toBytes } from './worker-bytes.ts';
import { callWorker, type StartedWorker, startWorker, type WorkerCall, type WorkerSetup } from './worker-program.ts';

/** A task that a worker has taken. */
export interface TakenTask {
  readonly slot: number;
  /** Number of the task among those of its slot, from 1 on. */
  readonly count: number;
  readonly task: Uint8Array;
  /** Where the slot is, which another worker had before; null where this one had it, and at the beginning. */
  readonly state: Uint8Array | null;
  /** Null where this worker has that version. */
  readonly policy: Uint8Array | null;
  readonly policyVersion: number;
}

/** A run in a queue, for one of its workers. */
export interface ServedRun<Task extends TakenTask = TakenTask> {
  /** Waits for a task; null when the run is over. @param held what the worker has from the tasks before */
  take(
    held: { readonly policyVersion: number; readonly slots: ReadonlyMap<number, number> },
    signal?: AbortSignal,
  ): Promise<Task | null>;
  /** @returns whether it counted: not where another worker has done the task since */
  answer(task: Task, answer: { readonly result: Uint8Array; readonly state: Uint8Array }): Promise<boolean>;
  /** Says that nobody can do a task. @param error JSON of `ErrorData` */
  refuse(task: Task, error: string): Promise<boolean>;
  /** Lets another worker do a task. */
  giveBack(task: Task): Promise<void>;
}

export interface ServeOptions {
  /** What the learner said of its workers. */
  readonly setup: Uint8Array;
  /** Makes copies of an environment, on this machine. */
  openEnv(source: EnvSource, copies: number): Promise<VectorEnv>;
  /** Ends the work after the task in progress. */
  readonly signal?: AbortSignal;
}

/**
 * Does tasks of a run, as a worker, until it is over or `signal` says so.
 * @returns how many tasks it did
 * @throws when the environment cannot be made here; the task is left to others
 */
export async function serveRun<Task extends TakenTask>(run: ServedRun<Task>, options: ServeOptions): Promise<number> {
  const crew = new Crew(fromBytes(options.setup) as readonly WorkerSetup[], options);
  let done = 0;
  try {
    for (;;) {
      const task = await run.take(crew.held, options.signal);
      if (task === null) return done;
      const part = await crew.partOf(task.slot).catch(async (error: unknown) => {
        await run.giveBack(task);
        throw error;
      });
      const answer = await crew.work(part, task).catch((error: unknown) => errorToData(error));
      if ('result' in answer) {
        if (await run.answer(task, answer)) done++;
      } else {
        await crew.drop(task.slot);
        await run.refuse(task, JSON.stringify(answer));
      }
    }
  } finally {
    await crew.close();
  }
}

/** Milliseconds between two looks whether a worker makes steps. */
const LOOK_MS = 1000;

/** The parts of the environments that a worker has had. */
class Crew {
  readonly #setups: readonly WorkerSetup[];
  readonly #options: ServeOptions;
  readonly #parts = new Map<number, StartedWorker>();
  /** Number of the last task that was done here, by slot. */
  readonly #done = new Map<number, number>();
  #policy: unknown = null;
  #policyVersion = 0;
  #lastBeat = 0;

  constructor(setups: readonly WorkerSetup[], options: ServeOptions) {
    this.#setups = setups;
    this.#options = options;
  }

  get held() {
    return { policyVersion: this.#policyVersion, slots: this.#done };
  }

  async partOf(slot: number): Promise<StartedWorker> {
    const known = this.#parts.get(slot);
    if (known) return known;
    const made = await startWorker(this.#setups[slot], this.#options.openEnv, () => {
      this.#lastBeat = performance.now();
      // The heartbeat of this process, and whoever wants it to stop, must come in between.
      return breathe();
    });
    this.#parts.set(slot, made);
    return made;
  }

  async work(part: StartedWorker, { slot, count, task, state, policy, policyVersion }: TakenTask) {
    if (policy) [this.#policy, this.#policyVersion] = [fromBytes(policy), policyVersion];
    const call = fromBytes(task) as WorkerCall;
    const answer = await this.#watched(this.#setups[slot].timeoutSeconds, async () => {
      if (state) await part.worker.restore({ state: fromBytes(state) as AgentState, seeds: [] });
      if (call.method !== 'work') return { result: null, state: await callWorker(part, call) };
      const policy = this.#policy as { readonly parameters?: unknown };
      const settings = state && policy.parameters ? { parameters: policy.parameters } : {};
      return part.worker.work({ ...settings, ...(call.argument as object), policy });
    });
    this.#done.set(slot, count);
    return { result: toBytes(answer.result), state: toBytes(answer.state) };
  }

  /** Forgets a part whose work failed. */
  async drop(slot: number): Promise<void> {
    const part = this.#parts.get(slot);
    this.#parts.delete(slot);
    this.#done.delete(slot);
    if (part) await Promise.resolve(callWorker(part, { method: 'close' })).catch(() => undefined);
  }

  async close(): Promise<void> {
    for (const slot of [...this.#parts.keys()]) await this.drop(slot);
  }

  /** Gives work up that makes no step any more, as far as it lets this be seen: a step that never returns stops the heartbeat instead. */
  async #watched<T>(seconds: number, work: () => Promise<T>): Promise<T> {
    this.#lastBeat = performance.now();
    let watch: NodeJS.Timeout | undefined;
    const hung = new Promise<never>((_, reject) => {
      watch = setInterval(() => {
        if (performance.now() - this.#lastBeat < seconds * 1000) return;
        const expectation = `the worker must make a step within ${seconds} s`;
        reject(new WorkerError(message('dppo', expectation, 'none', 'Allow more by workerTimeout')));
      }, LOOK_MS);
    });
    try {
      return await Promise.race([work(), hung]);
    } finally {
      clearInterval(watch);
    }
  }
}
