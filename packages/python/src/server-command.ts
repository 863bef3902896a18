import { fileURLToPath } from 'node:url';
import type { ServerCommand } from './python-process.ts';

/** The server, in a folder of the package beside that of this file. */
const server = new URL('../python/server.py', import.meta.url);

/**
 * How Python is started: the interpreter that the environment variable `ZPIN_PYTHON` names, else the one that the system finds,
 * which is that of a virtual environment that is active.
 */
export function serverCommand(): ServerCommand {
  const usual = process.platform === 'win32' ? 'python' : 'python3';
  // An empty variable is how one is taken back.
  return { command: process.env.ZPIN_PYTHON || usual, args: ['-u', fileURLToPath(server)] };
}
