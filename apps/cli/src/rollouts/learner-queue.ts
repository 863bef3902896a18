import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { message, WorkerError } from '@zpin/contracts';
import type { AnyAlgorithm } from '@zpin/core';
import type { RolloutRun, SlotTask, TaskAnswer } from '@zpin/sweep/postgres';
import { warn } from '../io.ts';
import { shellWord } from '../shell-word.ts';
import { openDatabase, type QueueUser, queueOptions } from '../sweep/queue/open-queue.ts';

export interface LearnerQueueOptions extends QueueUser {
  /** Address of the database; true: one is started in the run folder. */
  readonly url: string | true;
  readonly folder: string;
  /** Whether nobody is to be told how workers take part. */
  readonly isQuiet: boolean;
}

/** The algorithm whose workers are elsewhere, and what is to be closed after the run. */
export interface LearnerQueue {
  readonly algorithm: AnyAlgorithm;
  close(): Promise<void>;
}

/** Milliseconds after which it is said that a run waits for workers. */
const PATIENCE = 10_000;
/** Milliseconds between two looks whether there are workers to wait for. */
const PAUSE = 500;

/**
 * DPPO with workers that take their tasks out of a database, on any machine.
 * @throws InputError when the database refuses or cannot be reached
 */
export async function learnerQueue(options: LearnerQueueOptions): Promise<LearnerQueue> {
  const { url, folder, where, io } = options;
  const [{ dppoWith }, { overQueue }, { EmbeddedDatabase, QueueDatabase, RolloutQueue }] = await Promise.all([
    ...([import('@zpin/onpolicy'), import('@zpin/onpolicy/node'), import('@zpin/sweep/postgres')] as const),
  ]);
  const closing: (() => Promise<void>)[] = [];
  const connect = async () => {
    const database = await openDatabase(url, folder, options);
    closing.unshift(() => database.leave());
    const base = await QueueDatabase.connect(database.url, queueOptions(options));
    closing.unshift(() => base.close());
    return { base, address: database.url };
  };
  const close = async () => {
    for (const each of closing.splice(0)) await each();
  };
  if (url === true) await EmbeddedDatabase.requirePackages(where);
  // One of its own lies in the run folder, which is made when everything else fits.
  const connected = url === true ? null : await connect();
  const spawn = overQueue({
    async open(setup, slots) {
      const { base, address } = connected ?? (await connect());
      const run = await new RolloutQueue(base).open({ name: `${hostname()}:${resolve(folder)}`, setup, slots });
      const isOwn = url === true;
      const command = `${io.command} worker --queue ${isOwn ? shellWord(address) : '…'}`;
      if (!options.isQuiet) io.stdout.write(`${slots} workers may take part${isOwn ? ', on this machine' : ''}: ${command}\n`);
      const watched = new WatchedRun(run, command, options);
      closing.unshift(() => watched.close());
      return watched;
    },
  });
  return { algorithm: dppoWith(spawn), close };
}

/** A run that says when it waits for workers that do not come, and no longer waits for them when it is stopped. */
class WatchedRun {
  readonly #run: RolloutRun;
  readonly #options: LearnerQueueOptions;
  readonly #command: string;
  readonly #watch: NodeJS.Timeout;
  /** Those who wait for answers. */
  readonly #refusals = new Set<(error: Error) => void>();
  #since = 0;
  #hasSaid = false;

  constructor(run: RolloutRun, command: string, options: LearnerQueueOptions) {
    this.#run = run;
    this.#options = options;
    this.#command = command;
    this.#watch = setInterval(() => void this.#look().catch(() => undefined), PAUSE).unref();
  }

  ask(task: SlotTask): Promise<TaskAnswer> {
    if (this.#refusals.size === 0) [this.#since, this.#hasSaid] = [this.#options.io.now(), false];
    return new Promise((resolve, reject) => {
      this.#refusals.add(reject);
      this.#run
        .ask(task)
        .then(resolve, reject)
        .finally(() => this.#refusals.delete(reject));
    });
  }

  async close(): Promise<void> {
    clearInterval(this.#watch);
    await this.#run.close();
  }

  async #look(): Promise<void> {
    const { signal, io, where } = this.#options;
    const isLong = io.now() - this.#since > PATIENCE && !this.#hasSaid;
    if (this.#refusals.size === 0 || !(signal.aborted || isLong) || (await this.#run.members()) > 0) return;
    if (isLong) warn(io, [`waiting for a worker: ${this.#command}`]);
    this.#hasSaid = true;
    if (!signal.aborted) return;
    const error = new WorkerError(message(where, 'a worker must take part', 'none', `Start one: ${this.#command}`));
    for (const refuse of this.#refusals) refuse(error);
  }
}
