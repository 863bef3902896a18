/** The program of a process that makes engines, one after the other, and says of each what it is, or why there is none. */
import { createEngine } from '@zpin/core';
import type { EngineChoice } from '../engine-flags.ts';
import type { ProbedEngine } from './probe-engines.ts';

async function probe(name: EngineChoice): Promise<ProbedEngine> {
  try {
    return { name, description: (await createEngine(name)).description, problem: null };
  } catch (error) {
    return { name, description: null, problem: error instanceof Error ? error.message : String(error) };
  }
}

process.on('message', async (names: readonly EngineChoice[]) => {
  for (const name of names) {
    const probed = await probe(name);
    await new Promise(resolve => process.send?.(probed, undefined, undefined, resolve));
  }
  // A library may keep threads that do not end by themselves.
  process.exit();
});
