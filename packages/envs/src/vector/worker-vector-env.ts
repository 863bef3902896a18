import { availableParallelism } from 'node:os';
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import {
  copySeeds,
  createRows,
  type EnvParameters,
  type EnvSource,
  type EnvSpec,
  type EnvState,
  type EpisodeInfo,
  errorFromData,
  type Frame,
  flatSize,
  type GoalOutcomes,
  InputError,
  message,
  type NumericArray,
  SpaceError,
  type StateValue,
  type VectorEnv,
  type VectorStep,
  WorkerError,
} from '@zpin/contracts';
import type { EnvOptions } from '../env-entry.ts';
import { loadEnv, makeVectorEnv } from '../registry.ts';
import { changesOf, joinedChanges } from './changing-copies.ts';
import {
  ANSWER,
  CALL,
  type Call,
  COMMAND,
  CONTROL_CELLS,
  ENDED,
  REQUEST,
  type Reply,
  STEP,
  type WorkerSetup,
} from './worker-protocol.ts';

export interface WorkerOptions {
  /** Threads, which share the copies; as many as the machine runs at once when omitted, and never more than copies. */
  readonly workers?: number;
  /** Seconds after which a worker that does not answer is given up; to start, it has 60 at least. */
  readonly timeoutSeconds?: number;
  /** URL of an ES module to import first in every thread, which registers the environment by `registerEnv`. */
  readonly module?: string;
}

/** Beside this file, in the sources and in what is published. */
const script = new URL(import.meta.url.endsWith('.ts') ? './env-worker.ts' : './env-worker.js', import.meta.url);

/** Milliseconds: a machine that does much else may take long to start a thread. */
const LEAST_START_TIMEOUT = 60_000;

/** One thread and what it is talked to by. */
interface Thread {
  readonly name: string;
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly control: Int32Array;
  /** Rows of this worker in the shared arrays. */
  readonly start: number;
  readonly end: number;
}

/**
 * Makes `numEnvs` copies of the environment called `id` that are stepped in worker threads.
 *
 * It plays the same episodes as `makeVectorEnv`, bit for bit, and their states can be exchanged. A step costs some 40
 * microseconds of talking to the threads, and all wait for the slowest: worth it where the steps of all copies together take much
 * longer, as with MuJoCo.
 * @throws InputError as `makeVectorEnv` does, and unless `workers` and `timeoutSeconds` are in range
 * @throws WorkerError when a thread fails to start
 */
export async function makeWorkerVectorEnv(
  id: string,
  numEnvs: number,
  options: EnvOptions = {},
  { workers = availableParallelism(), timeoutSeconds = 60, module }: WorkerOptions = {},
): Promise<WorkerVectorEnv> {
  const where = 'makeWorkerVectorEnv';
  if (!(Number.isSafeInteger(workers) && workers >= 1))
    throw new InputError(message(where, 'workers must be an integer >= 1', workers, 'Pass the number of threads'));
  if (!(timeoutSeconds > 0 && timeoutSeconds <= 1e6))
    throw new InputError(message(where, 'timeoutSeconds must be > 0 and <= 1e6', timeoutSeconds, 'Pass 60, for example'));
  if (module !== undefined) await (await import(/* @vite-ignore */ module)).ready;
  await loadEnv(id);
  const local = makeVectorEnv(id, numEnvs, options);
  const source = { ...(local.source as EnvSource), ...(module !== undefined && { module }) };
  const env = new WorkerVectorEnv(local, source, Math.min(workers, numEnvs), timeoutSeconds);
  await env.started;
  return env;
}

/** N copies of an environment, stepped in worker threads on shared memory. Made by `makeWorkerVectorEnv`. */
export class WorkerVectorEnv implements VectorEnv {
  readonly spec: EnvSpec;
  readonly numEnvs: number;
  readonly source: EnvSource;
  readonly goals?: GoalOutcomes;
  readonly isResumable: boolean;
  /** Settled when every thread is ready. */
  readonly started: Promise<void>;
  /** Never stepped: says what the arrays look like. */
  readonly #local: VectorEnv;
  readonly #actions: NumericArray;
  readonly #shared: VectorStep;
  readonly #threads: readonly Thread[];
  readonly #timeout: number;
  /** Whether infos of episodes come as messages: they are no arrays. */
  readonly #tellsInfo: boolean;
  #requests = 0;
  #seeded = false;
  #broken: Error | null = null;

  constructor(local: VectorEnv, source: EnvSource, workers: number, timeoutSeconds: number) {
    const { spec, numEnvs } = local;
    this.spec = spec;
    this.numEnvs = numEnvs;
    this.source = source;
    if (local.goals) this.goals = local.goals;
    this.isResumable = local.isResumable !== false;
    this.#local = local;
    this.#timeout = timeoutSeconds * 1000;
    this.#actions = shared(createRows(spec.actionSpace, numEnvs));
    const { episodeInfo, ...arrays } = local.createStep();
    this.#tellsInfo = episodeInfo !== undefined;
    const step = Object.entries(arrays).map(([name, array]) => [name, shared(array as NumericArray)]);
    this.#shared = Object.fromEntries(step) as VectorStep;
    this.#threads = Array.from({ length: workers }, (_, index) => this.#start(index, workers));
    this.started = this.#whenStarted();
    // Whoever waits for it hears of the failure; nobody has to.
    this.started.catch(() => undefined);
  }

  createStep(): VectorStep {
    return this.#local.createStep();
  }

  reset(out: VectorStep, seed?: number | readonly number[]): void {
    const { id } = this.spec;
    if (typeof seed === 'object' && seed.length !== this.numEnvs) {
      throw new InputError(
        message(`${id}.reset`, `there must be ${this.numEnvs} seeds`, seed.length, 'Pass one per copy, or one number'),
      );
    }
    if (out.obs.length !== this.#shared.obs.length)
      throw new SpaceError(
        message(`${id}.reset`, `out.obs must hold ${this.#shared.obs.length} numbers`, out.obs, 'Use createStep()'),
      );
    const from = seed ?? (this.#seeded ? undefined : 0);
    const seeds = typeof from === 'number' ? copySeeds(from, this.numEnvs) : from;
    this.#call(({ start, end }) => ({ method: 'reset', ...(seeds && { seeds: seeds.slice(start, end) }) }));
    this.#seeded = true;
    out.obs.set(this.#shared.obs);
    if (this.#shared.actionMask) out.actionMask?.set(this.#shared.actionMask);
  }

  step(actions: NumericArray, out: VectorStep): void {
    if (actions.length !== this.#actions.length) {
      const size = flatSize(this.spec.actionSpace);
      const shape = size === 1 ? `[${this.numEnvs}]` : `[${this.numEnvs}, ${size}]`;
      throw new SpaceError(
        message(`${this.spec.id}.step`, `actions must be of shape ${shape}`, actions, 'Pass one row per copy'),
      );
    }
    this.#actions.set(actions);
    const replies = this.#command(STEP);
    const { obs, reward, rawReward, terminated, truncated, finalObs, finalActionMask, success, actionMask } = this.#shared;
    out.obs.set(obs);
    out.reward.set(reward);
    if (rawReward) out.rawReward?.set(rawReward);
    out.terminated.set(terminated);
    out.truncated.set(truncated);
    if (actionMask) out.actionMask?.set(actionMask);
    if (!terminated.includes(1) && !truncated.includes(1)) return;
    out.finalObs.set(finalObs);
    if (finalActionMask) out.finalActionMask?.set(finalActionMask);
    if (success) out.success?.set(success);
    this.#threads.forEach(({ start }, k) => {
      const infos = (replies[k]?.result ?? []) as readonly EpisodeInfo[];
      for (const [i, info] of infos.entries()) if (out.episodeInfo) out.episodeInfo[start + i] = info;
    });
  }

  render(index = 0): Frame {
    const { id } = this.spec;
    const thread = this.#threads.find(({ start, end }) => index >= start && index < end);
    if (!thread)
      throw new InputError(message(`${id}.render`, `the copy must be one of ${this.numEnvs}`, index, 'Pass its index'));
    const [frame] = this.#call(({ start }) => ({ method: 'render', index: index - start }), [thread]);
    return frame as Frame;
  }

  state(): EnvState {
    const states = this.#call(() => ({ method: 'state' })) as readonly CopiesState[];
    const infos = states.flatMap(({ envs, infos: told = envs.map(() => null) }) => told);
    return {
      seeded: this.#seeded,
      envs: states.flatMap(({ envs }) => envs),
      changes: joinedChanges(states.map(({ changes }) => changes)),
      ...(infos.some(info => info !== null) && { infos }),
    };
  }

  restore(state: EnvState): void {
    const envs = state.envs as readonly StateValue[];
    if (envs?.length !== this.numEnvs) {
      const expectation = `the state must be of ${this.numEnvs} copies`;
      throw new InputError(message(`${this.spec.id}.restore`, expectation, envs?.length, 'Use as many copies as then'));
    }
    const { seeded } = state;
    const infos = state.infos as readonly StateValue[] | undefined;
    this.#call(({ start, end }) => ({
      method: 'restore',
      state: {
        ...{ seeded, envs: envs.slice(start, end) },
        ...(state.changes !== undefined && { changes: changesOf(state.changes, start, end) as EnvState }),
        ...(infos && { infos: infos.slice(start, end) }),
      },
    }));
    this.#seeded = seeded as boolean;
  }

  setParameters(parameters: EnvParameters): void {
    this.#call(() => ({ method: 'setParameters', parameters }));
  }

  /** Ends the threads, those that no longer answer too. */
  close(): void {
    try {
      if (!this.#broken) this.#call(() => ({ method: 'close' }));
    } finally {
      this.#broken ??= new InputError(message(this.spec.id, 'the environment must be open', 'closed', 'Make a new one'));
      for (const { worker } of this.#threads) void worker.terminate();
      this.#local.close();
    }
  }

  #start(index: number, workers: number): Thread {
    const { numEnvs, source } = this;
    const [start, end] = [index, index + 1].map(k => Math.floor((k * numEnvs) / workers));
    const control = shared(new Int32Array(CONTROL_CELLS));
    const { port1: port, port2 } = new MessageChannel();
    const setup: WorkerSetup = {
      source,
      start,
      end,
      numEnvs,
      control,
      actions: this.#actions,
      step: this.#shared,
      tellsInfo: this.#tellsInfo,
      port: port2,
    };
    const worker = new Worker(script, { workerData: setup, transferList: [port2] });
    const name = `worker ${index} of ${this.spec.id}`;
    worker.on('exit', () => Atomics.store(control, ENDED, 1));
    // What ends a thread between two commands is told by the next one.
    worker.on('error', error => {
      this.#broken ??= errorFromData({ name: 'Error', message: error.message }, name);
    });
    port.unref();
    return { name, worker, port, control, start, end };
  }

  async #whenStarted(): Promise<void> {
    try {
      await Promise.all(this.#threads.map(thread => ready(thread, Math.max(this.#timeout, LEAST_START_TIMEOUT))));
    } catch (error) {
      this.#broken = error as Error;
      for (const { worker } of this.#threads) void worker.terminate();
      throw error;
    }
    // A program that forgets to close its environments must end all the same.
    for (const { worker } of this.#threads) worker.unref();
  }

  #call(callOf: (thread: Thread) => Call, threads = this.#threads): unknown[] {
    if (this.#broken) throw this.#broken;
    for (const thread of threads) thread.port.postMessage(callOf(thread));
    return this.#command(CALL, threads).map(reply => reply?.result);
  }

  /** Lets threads work at the same time and waits for all of them. */
  #command(command: number, threads = this.#threads): (Reply | undefined)[] {
    if (this.#broken) throw this.#broken;
    this.#requests++;
    for (const { control } of threads) {
      Atomics.store(control, COMMAND, command);
      Atomics.store(control, REQUEST, this.#requests);
      Atomics.notify(control, REQUEST);
    }
    const deadline = performance.now() + this.#timeout;
    for (const thread of threads) this.#awaitAnswer(thread, deadline);
    if (this.#broken) throw this.#broken;
    const replies = threads.map(({ port }) => receiveMessageOnPort(port)?.message as Reply | undefined);
    const failed = replies.findIndex(reply => reply?.error);
    const error = replies[failed]?.error;
    if (error) throw errorFromData(error, threads[failed].name);
    return replies;
  }

  #awaitAnswer({ control, name, port }: Thread, deadline: number): void {
    for (;;) {
      const answer = Atomics.load(control, ANSWER);
      if (answer === this.#requests) return;
      if (Atomics.load(control, ENDED)) {
        const { error } = (receiveMessageOnPort(port)?.message ?? {}) as Reply;
        const end = new WorkerError(message(name, 'the thread must live', 'an end', 'Look for what ended it'));
        this.#broken ??= error ? errorFromData(error, name) : end;
        return;
      }
      const left = deadline - performance.now();
      if (left <= 0) {
        const expectation = `the thread must answer within ${this.#timeout / 1000} s`;
        this.#broken ??= new WorkerError(message(name, expectation, 'no answer', 'Allow more by timeoutSeconds'));
        return;
      }
      Atomics.wait(control, ANSWER, answer, left);
    }
  }
}

/** The state of the copies of a thread. */
interface CopiesState {
  readonly envs: readonly StateValue[];
  readonly infos?: readonly StateValue[];
  readonly changes?: StateValue;
}

/** A copy of an array in memory that threads share. */
function shared<A extends NumericArray>(array: A): A {
  const copy = new (array.constructor as new (buffer: SharedArrayBuffer) => A)(new SharedArrayBuffer(array.byteLength));
  copy.set(array);
  return copy;
}

/** Settled when a thread has made its copies. */
function ready({ worker, name }: Thread, timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const seconds = timeout / 1000;
    const timer = setTimeout(() => {
      const remedy = 'Allow more by timeoutSeconds';
      reject(new WorkerError(message(name, `the thread must start within ${seconds} s`, 'no answer', remedy)));
    }, timeout);
    const settle = (error?: Error) => {
      clearTimeout(timer);
      if (error) reject(error);
      else resolve();
    };
    worker.once('message', ({ error }: Reply) => settle(error && errorFromData(error, name)));
    worker.once('error', error => settle(errorFromData({ name: 'Error', message: error.message }, name)));
    worker.once('exit', code =>
      settle(new WorkerError(message(name, 'the thread must live', `an end with code ${code}`, 'Look for what ended it'))),
    );
  });
}
