import { Worker } from 'node:worker_threads';
import { type AgentState, errorFromData, InputError, message, WorkerError } from '@zpin/contracts';
import { engineSetup, type SavedWorker, type Spawn, shareOf, type TrainingWorker } from './training-worker.ts';
import type { WorkerCall } from './worker-program.ts';
import type { ThreadReply, ThreadSetup } from './worker-thread.ts';

/** Beside this file, in the sources and in what is published. */
const script = new URL(import.meta.url.endsWith('.ts') ? './worker-thread.ts' : './worker-thread.js', import.meta.url);

/** Every worker in a thread of its own, with an environment and compiled programs of its own. */
export const inThreads: Spawn = ({ algorithm, setups, env, engine, timeoutSeconds }) => {
  const { source, spec, numEnvs } = env;
  if (!source) {
    const expectation = 'workers must know where to get the environment from';
    throw new InputError(message(algorithm, expectation, spec.id, 'Register it, and make it by makeVectorEnv'));
  }
  return setups.map((setup, index) => {
    const { start, end } = shareOf(index, setups.length, numEnvs);
    const beats = new Int32Array(new SharedArrayBuffer(4));
    const worker = { algorithm, setup, source, copies: end - start, ...engineSetup(engine) };
    const thread: ThreadSetup = { ...worker, timeoutSeconds, beats };
    return new ThreadWorker(`${algorithm}: worker ${index}`, thread, timeoutSeconds);
  });
};

/** Seconds that a thread has at least to load what it needs, however soon it must step later on. */
const LEAST_START_TIMEOUT = 60;

/** Milliseconds that a thread has to end by itself. */
const GRACE_MS = 2000;

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** The other side of a thread. A thread that throws, ends or stops stepping makes every call an error. */
class ThreadWorker<Task, Result> implements TrainingWorker<Task, Result> {
  readonly #name: string;
  readonly #beats: Int32Array;
  readonly #timeout: number;
  readonly #worker: Worker;
  readonly #exit: Promise<unknown>;
  #pending: Pending | null = null;
  /** Settles with the call in progress, never rejects. */
  #answer: Promise<unknown> = Promise.resolve();
  #failure: Error | null = null;

  constructor(name: string, setup: ThreadSetup, timeoutSeconds: number) {
    this.#name = name;
    this.#beats = setup.beats;
    this.#timeout = timeoutSeconds;
    this.#worker = new Worker(script, { workerData: setup });
    // A process ends without waiting for threads that nothing is asked of.
    this.#worker.unref();
    this.#worker.on('message', ({ result, error }: ThreadReply) => this.#settle(result, error && errorFromData(error, name)));
    this.#worker.on('error', error => this.#fail(errorFromData({ name: 'Error', message: error.message }, name)));
    this.#exit = new Promise(resolve => this.#worker.once('exit', resolve));
    this.#worker.on('exit', code => {
      this.#fail(new WorkerError(message(name, 'the thread must live', `an end with code ${code}`, 'Look for what ended it')));
    });
  }

  reset(seeds: readonly number[]): Promise<AgentState> {
    return this.#call({ method: 'reset', argument: seeds });
  }

  restore(saved: SavedWorker): Promise<AgentState> {
    return this.#call({ method: 'restore', argument: saved });
  }

  work(task: Task): Promise<{ readonly result: Result; readonly state: AgentState }> {
    return this.#call({ method: 'work', argument: task });
  }

  /**
   * Ends the thread, after what it is at, and frees what it holds. It is ended by force only when it is broken: native code that
   * is stopped in the middle can take the whole process with it.
   */
  async close(): Promise<void> {
    await this.#answer;
    if (!this.#failure) {
      await this.#call({ method: 'close' }).catch(() => undefined);
      // The timer also keeps the process alive while it waits.
      let timer: NodeJS.Timeout | undefined;
      const patience = new Promise(resolve => {
        timer = setTimeout(resolve, GRACE_MS);
      });
      await Promise.race([this.#exit, patience]);
      clearTimeout(timer);
    }
    await this.#worker.terminate();
  }

  #call<T>(call: WorkerCall): Promise<T> {
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      // The timer also keeps the process alive while it waits.
      const watch = this.#watch(call.method === 'work' ? this.#timeout : Math.max(this.#timeout, LEAST_START_TIMEOUT));
      const forget = () => clearInterval(watch);
      this.#pending = {
        resolve: result => {
          forget();
          resolve(result);
        },
        reject: error => {
          forget();
          reject(error);
        },
      };
      this.#worker.postMessage(call);
    });
    this.#answer = answer.catch(() => undefined);
    return answer as Promise<T>;
  }

  /** Gives the thread up when its steps no longer grow. */
  #watch(seconds: number): NodeJS.Timeout {
    let beats = Atomics.load(this.#beats, 0);
    let since = performance.now();
    return setInterval(
      () => {
        const now = Atomics.load(this.#beats, 0);
        if (now !== beats) [beats, since] = [now, performance.now()];
        if (performance.now() - since < seconds * 1000) return;
        const expectation = `the worker must make a step within ${seconds} s`;
        this.#fail(new WorkerError(message(this.#name, expectation, 'none', 'Allow more by workerTimeout')));
      },
      Math.min(1000, seconds * 250),
    );
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#settle(undefined, error);
  }

  #settle(result: unknown, error: Error | undefined): void {
    const pending = this.#pending;
    this.#pending = null;
    if (error) pending?.reject(error);
    else pending?.resolve(result);
  }
}
