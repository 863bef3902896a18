import { existsSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { writeFileAtomic } from '@zpin/core/node';

/** The file by which a run is asked to stop, by whoever can write into its folder: from another terminal, or another machine. */
const FILE = 'stop.request';

/** Asks the run in a folder to stop, or all runs of several seeds. Each ends after the step in progress, with a checkpoint. */
export function requestStop(folder: { readonly path: string }): void {
  const request = { pid: process.pid, host: hostname(), at: new Date().toISOString() };
  writeFileAtomic(join(folder.path, FILE), `${JSON.stringify(request)}\n`);
}

/** Whether somebody asks the run to stop. */
export function isStopRequested(folder: { readonly path: string }): boolean {
  return existsSync(join(folder.path, FILE));
}

/** The request has been heard, or came too late. */
export function forgetStopRequest(folder: { readonly path: string }): void {
  rmSync(join(folder.path, FILE), { force: true });
}
