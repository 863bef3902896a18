import { type AgentState, type ErrorData, errorFromData, InputError, message } from '@zpin/contracts';
import { engineSetup, type SavedWorker, type Spawn, shareOf, type TrainingWorker } from './training-worker.ts';
import { fromBytes, toBytes } from './worker-bytes.ts';
import type { WorkerCall, WorkerSetup } from './worker-program.ts';

/** What is asked of a part of the environments. */
export interface QueuedTask {
  /** Number of the part, from 0 on. */
  readonly slot: number;
  readonly task: Uint8Array;
  /** The same for all parts that are asked at the same time. */
  readonly policy?: { readonly version: number; readonly bytes: Uint8Array };
}

/** A run in a queue, for its learner. */
export interface QueuedRun {
  /** Has a task done by some worker. @throws an error with the JSON of `ErrorData` as its message where it cannot be done */
  ask(task: QueuedTask): Promise<{ readonly result: Uint8Array; readonly state: Uint8Array }>;
  close(): Promise<void>;
}

/** Where learners and workers of several machines meet. */
export interface WorkerQueue {
  /** @param setup what a worker needs to begin, for `serveRun` @param slots parts of the environments */
  open(setup: Uint8Array, slots: number): Promise<QueuedRun>;
}

/**
 * Workers of other processes, on any machine, which take tasks out of a queue by `serveRun`. Which of them does a task changes nothing: each goes on
 * from where the part of the environments was left, so a worker that goes away takes nothing with it.
 */
export function overQueue(queue: WorkerQueue): Spawn {
  return async ({ algorithm, setups, env, engine, timeoutSeconds }) => {
    const { source, spec, numEnvs, isResumable = true } = env;
    if (!source) {
      const expectation = 'workers must know where to get the environment from';
      throw new InputError(message(algorithm, expectation, spec.id, 'Register it, and make it by makeVectorEnv'));
    }
    if (!isResumable) {
      const expectation = 'with a queue, the environment must save its state, so that another worker can go on with it';
      throw new InputError(message(algorithm, expectation, spec.id, 'Write state() and restore(), or train without a queue'));
    }
    const workers = setups.map((setup, index): WorkerSetup => {
      const { start, end } = shareOf(index, setups.length, numEnvs);
      return { algorithm, setup, source, copies: end - start, ...engineSetup(engine), timeoutSeconds };
    });
    const run = await queue.open(toBytes(workers), setups.length);
    const policies = new Policies();
    return setups.map((_, slot) => new QueuedWorker(`${algorithm}: worker ${slot}`, run, slot, policies));
  };
}

/** Numbers the policies that workers are to follow, which are too large to be sent with every task. */
class Policies {
  #version = 0;
  #last: unknown = null;
  #bytes = new Uint8Array();

  /** Takes the policy out of a task that has one. */
  takeFrom(task: unknown): { readonly task: unknown; readonly policy?: QueuedTask['policy'] } {
    if (typeof task !== 'object' || task === null || !('policy' in task)) return { task };
    const { policy, ...rest } = task;
    if (policy !== this.#last) {
      this.#version++;
      this.#bytes = new Uint8Array(toBytes(policy));
      this.#last = policy;
    }
    return { task: rest, policy: { version: this.#version, bytes: this.#bytes } };
  }
}

/** A part of the environments, wherever it is worked on. */
class QueuedWorker<Task, Result> implements TrainingWorker<Task, Result> {
  readonly #name: string;
  readonly #run: QueuedRun;
  readonly #slot: number;
  readonly #policies: Policies;

  constructor(name: string, run: QueuedRun, slot: number, policies: Policies) {
    this.#name = name;
    this.#run = run;
    this.#slot = slot;
    this.#policies = policies;
  }

  async reset(seeds: readonly number[]): Promise<AgentState> {
    return (await this.#call({ method: 'reset', argument: seeds })).state;
  }

  async restore(saved: SavedWorker): Promise<AgentState> {
    return (await this.#call({ method: 'restore', argument: saved })).state;
  }

  async work(task: Task): Promise<{ readonly result: Result; readonly state: AgentState }> {
    const { task: argument, policy } = this.#policies.takeFrom(task);
    const { result, state } = await this.#call({ method: 'work', argument }, policy);
    return { result: result as Result, state };
  }

  close(): Promise<void> {
    return this.#run.close();
  }

  async #call(call: WorkerCall, policy?: QueuedTask['policy']) {
    const task = { slot: this.#slot, task: toBytes(call), ...(policy && { policy }) };
    const { result, state } = await this.#run.ask(task).catch((error: unknown) => {
      throw this.#told(error);
    });
    return { result: fromBytes(result), state: fromBytes(state) as AgentState };
  }

  /** What a worker said of a failure, in the words of the run. */
  #told(error: unknown): unknown {
    if (!(error instanceof Error)) return error;
    try {
      const { name, message: text } = JSON.parse(error.message) as ErrorData;
      return errorFromData({ name, message: text }, this.#name);
    } catch {
      return error;
    }
  }
}
