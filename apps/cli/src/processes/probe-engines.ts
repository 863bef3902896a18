import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { EngineChoice } from '../engine-flags.ts';
import { ENGINE_PROCESS } from '../process-modules.ts';

/** What came of an attempt to make an engine. */
export interface ProbedEngine {
  readonly name: EngineChoice;
  /** What it is, where it loads. */
  readonly description: string | null;
  /** Why it does not. */
  readonly problem: string | null;
}

/** Milliseconds after which a driver counts as hung. */
const LIMIT = 60_000;

/**
 * Tries to make engines in a process of its own: native libraries write to the terminal themselves where they find no device or no
 * driver, and a broken driver may end its process.
 * @param module of the process
 */
export async function probeEngines(names: readonly EngineChoice[], module = ENGINE_PROCESS): Promise<ProbedEngine[]> {
  const probed: ProbedEngine[] = [];
  // One that ends its process is not the fault of those behind it.
  while (probed.length < names.length) probed.push(...(await probeTogether(names.slice(probed.length), module)));
  return probed;
}

/** Those up to the first that ends the process, at least one. */
function probeTogether(names: readonly EngineChoice[], module: URL): Promise<ProbedEngine[]> {
  const child = fork(fileURLToPath(module), { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], timeout: LIMIT });
  const probed: ProbedEngine[] = [];
  return new Promise(resolve => {
    const end = (problem: string) => {
      const next = names[probed.length];
      resolve(next === undefined ? probed : [...probed, { name: next, description: null, problem }]);
    };
    child.on('message', (told: ProbedEngine) => probed.push(told));
    child.once('error', error => end(error.message));
    child.once('close', (code, signal) => end(`its process was ended by ${signal ?? `code ${code}`}`));
    child.send(names, () => undefined);
  });
}
