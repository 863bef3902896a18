import { existsSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@zpin/core/node';

/** A folder of a run, or of the runs of several seeds. */
type Place = { readonly path: string };

/** The file by which a run is asked to stop, by whoever can write into its folder: from another terminal, or another machine. */
const FILE = 'stop.request';

/** Asks the run in a folder to stop, or all runs of several seeds. Each ends after the step in progress, with a checkpoint. */
export function requestStop({ path }: Place): void {
  const request = { pid: process.pid, host: hostname(), at: new Date().toISOString() };
  writeFileAtomic(join(path, FILE), `${JSON.stringify(request)}\n`);
}

/** Whether somebody asks the run to stop. */
export function isStopRequested({ path }: Place): boolean {
  return existsSync(join(path, FILE));
}

/** The request has been heard, or came too late. */
export function forgetStopRequest({ path }: Place): void {
  rmSync(join(path, FILE), { force: true });
}
