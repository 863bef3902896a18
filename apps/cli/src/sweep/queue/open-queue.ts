import { join } from 'node:path';
import { makeFolder } from '@zpin/core/node';
import type { EmbeddedDatabase, SweepQueue } from '@zpin/sweep/postgres';
import { type Io, warn } from '../../io.ts';
import { ownVersion } from '../../own-package.ts';

/** A queue, and the database that was started for it. */
export interface OpenQueue {
  readonly queue: SweepQueue;
  /** Address for workers; without it they cannot take part. */
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Connects to the database that `--queue` names, or starts one in the folder of the sweep where it names none.
 * @param url true where the flag has no value
 * @param graceSeconds after which a worker that is not heard of counts as gone
 */
export async function openQueue(
  url: string | true,
  folder: string,
  where: string,
  io: Io,
  graceSeconds?: number,
): Promise<OpenQueue> {
  const { EmbeddedDatabase, SweepQueue } = await import('@zpin/sweep/postgres');
  let embedded: EmbeddedDatabase | null = null;
  if (url === true) {
    makeFolder(folder);
    embedded = await EmbeddedDatabase.open(join(folder, 'database'), where);
  }
  const address = url === true ? (embedded?.url ?? '') : url;
  try {
    const queue = await SweepQueue.connect(address, {
      ...{ where, version: ownVersion(), ...(graceSeconds !== undefined && { graceSeconds }) },
      onOutage: (isBack, reason) => warn(io, [isBack ? 'the database is back' : `waiting for the database: ${reason}`]),
    });
    const close = async () => {
      await queue.close();
      await embedded?.stop();
    };
    return { queue, url: address, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}
