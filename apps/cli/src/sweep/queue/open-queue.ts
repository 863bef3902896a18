import { join } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import type { QueueOptions, SweepQueue } from '@zpin/sweep/postgres';
import { type Io, warn } from '../../io.ts';
import { ownVersion } from '../../own-package.ts';

/** A database as `--queue` names it. */
export interface NamedDatabase {
  readonly url: string;
  /** Ends it, where it was started for this command and nobody else uses it. */
  leave(): Promise<void>;
}

/** What a command that uses a queue is. */
export interface QueueUser {
  /** Named in errors. */
  readonly where: string;
  readonly io: Io;
  /** Of whoever stops the command. */
  readonly signal: AbortSignal;
  /** Seconds after which a worker that is not heard of counts as gone. */
  readonly graceSeconds?: number | undefined;
}

/** The database that `--queue` names; where it names none, one that is started in a folder. @param url true where the flag has no value */
export async function openDatabase(url: string | true, folder: string, { where, io }: QueueUser): Promise<NamedDatabase> {
  if (url !== true) return { url, leave: async () => undefined };
  const { EmbeddedDatabase } = await import('@zpin/sweep/postgres');
  makeFolder(folder);
  const embedded = await EmbeddedDatabase.open(join(folder, 'database'), where);
  const leave = async () => {
    if (await embedded.leave())
      io.stderr.write('The database stays for the workers that are connected to it, and ends after them.\n');
  };
  return { url: embedded.url, leave };
}

/** How commands use a queue. */
export function queueOptions({ where, io, signal, graceSeconds }: QueueUser): QueueOptions {
  return {
    ...{ where, version: ownVersion(), signal, ...(graceSeconds !== undefined && { graceSeconds }) },
    onOutage: (isBack, reason) => warn(io, [isBack ? 'the database is back' : `waiting for the database: ${reason}`]),
  };
}

/** A queue, and the database that was started for it. */
export interface OpenQueue {
  readonly queue: SweepQueue;
  /** Address for workers; without it they cannot take part. */
  readonly url: string;
  close(): Promise<void>;
}

/** Connects to the database that `--queue` names, or starts one in the folder of the sweep where it names none. */
export async function openQueue(url: string | true, folder: string, user: QueueUser): Promise<OpenQueue> {
  const { SweepQueue } = await import('@zpin/sweep/postgres');
  const database = await openDatabase(url, folder, user);
  try {
    const queue = await SweepQueue.connect(database.url, queueOptions(user));
    const close = async () => {
      await queue.close();
      await database.leave();
    };
    return { queue, url: database.url, close };
  } catch (error) {
    await database.leave();
    throw error;
  }
}
