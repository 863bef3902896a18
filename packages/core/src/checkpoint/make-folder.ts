import { mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { disk } from './disk.ts';

/**
 * Makes a folder and those above it. Node's own `recursive` never returns where a file system has no room for folders, as
 * `/proc/x`.
 * @throws as `mkdirSync`
 */
export function makeFolder(path: string): void {
  const missing: string[] = [];
  for (let at = path; !isThere(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  // Another process may make the same ones at the same time.
  for (const folder of missing.reverse()) disk.makeFolder(folder);
  // A file in its place, or in the way to it.
  if (!statSync(path).isDirectory()) mkdirSync(path);
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
