import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from 'node:worker_threads';
import { errorFromData, message, WorkerError } from '@zpin/contracts';
import {
  ANSWER,
  CALL,
  type Call,
  COMMAND,
  CONTROL_CELLS,
  ENDED,
  REQUEST,
  type Reply,
  sharedCopy,
  type WorkerSetup,
} from './worker-protocol.ts';

/** Beside this file, in the sources and in what is published. */
const script = new URL(import.meta.url.endsWith('.ts') ? './env-worker.ts' : './env-worker.js', import.meta.url);

/** Milliseconds: a machine that does much else may take long to start a thread. */
const LEAST_START_TIMEOUT = 60_000;

/** One thread and what it is talked to by. */
export interface EnvThread {
  readonly name: string;
  readonly worker: Worker;
  readonly port: MessagePort;
  readonly control: Int32Array;
  /** Rows of this worker in the shared arrays. */
  readonly start: number;
  readonly end: number;
}

/** What the threads of a vector environment are started with. */
export interface EnvThreadsOptions extends Omit<WorkerSetup, 'start' | 'end' | 'control' | 'port'> {
  /** Of the environment, for messages. */
  readonly id: string;
  readonly workers: number;
  /** Milliseconds after which a thread that does not answer is given up. */
  readonly timeout: number;
}

/** Threads that share the copies of an environment: they are started, told what to do at the same time, and waited for. */
export class EnvThreads {
  /** Settled when every thread is ready. */
  readonly started: Promise<void>;
  /** In the order of their copies. */
  readonly all: readonly EnvThread[];
  readonly #timeout: number;
  #requests = 0;
  #broken: Error | null = null;

  constructor(options: EnvThreadsOptions) {
    this.#timeout = options.timeout;
    this.all = Array.from({ length: options.workers }, (_, index) => this.#start(index, options));
    this.started = this.#whenStarted();
    // Whoever waits for it hears of the failure; nobody has to.
    this.started.catch(() => undefined);
  }

  /**
   * Calls a method of the copies of threads, of all where none are named.
   * @returns what it came to in each
   * @throws what the method threw; WorkerError when a thread has ended or does not answer
   */
  call(callOf: (thread: EnvThread) => Call, threads = this.all): unknown[] {
    if (this.#broken) throw this.#broken;
    for (const thread of threads) thread.port.postMessage(callOf(thread));
    return this.command(CALL, threads).map(reply => reply?.result);
  }

  /**
   * Lets threads work at the same time and waits for all of them.
   * @param command STEP or CALL
   * @throws as `call` does
   */
  command(command: number, threads = this.all): (Reply | undefined)[] {
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

  /**
   * Ends the threads, those that no longer answer too.
   * @param reason of which whoever calls afterwards is told
   */
  end(reason: Error): void {
    try {
      if (!this.#broken) this.call(() => ({ method: 'close' }));
    } finally {
      this.#broken ??= reason;
      for (const { worker } of this.all) void worker.terminate();
    }
  }

  #start(index: number, { id, workers, timeout: _, ...given }: EnvThreadsOptions): EnvThread {
    const [start, end] = [index, index + 1].map(k => Math.floor((k * given.numEnvs) / workers));
    const control = sharedCopy(new Int32Array(CONTROL_CELLS));
    const { port1: port, port2 } = new MessageChannel();
    const setup: WorkerSetup = { ...given, start, end, control, port: port2 };
    const worker = new Worker(script, { workerData: setup, transferList: [port2] });
    const name = `worker ${index} of ${id}`;
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
      await Promise.all(this.all.map(thread => ready(thread, Math.max(this.#timeout, LEAST_START_TIMEOUT))));
    } catch (error) {
      this.#broken = error as Error;
      for (const { worker } of this.all) void worker.terminate();
      throw error;
    }
    // A program that forgets to close its environments must end all the same.
    for (const { worker } of this.all) worker.unref();
  }

  #awaitAnswer({ control, name, port }: EnvThread, deadline: number): void {
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

/** Settled when a thread has made its copies. */
function ready({ worker, name }: EnvThread, timeout: number): Promise<void> {
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
