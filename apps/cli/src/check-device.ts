import { InputError } from '@zpin/contracts';
import { probeEngines } from './processes/probe-engines.ts';

/**
 * Makes sure that the device of an engine is there, before anything begins.
 * @throws InputError when it is not, with the reason
 */
export async function checkDevice(where: string, engine: unknown): Promise<void> {
  if (engine !== 'webgpu') return;
  const [{ problem }] = await probeEngines([engine]);
  if (problem !== null) throw new InputError(problem.replace('createEngine', where));
}
