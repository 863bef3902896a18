/** Imported by worker threads with `?file=…`: makes the environment of that file known to them. */
import { registerEnvFile } from './own-env.ts';

const file = new URL(import.meta.url).searchParams.get('file');

/** Settled when it is known. */
export const ready: Promise<unknown> =
  file === null ? Promise.resolve() : registerEnvFile(file, { where: 'worker', option: name => name });
