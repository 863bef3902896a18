import type { EnvSource, VectorEnv } from '@zpin/contracts';
import type { RolloutQueue } from '@zpin/sweep/postgres';
import type { EnvSettings } from 'zpin';
import { flagNames } from '../flag-names.ts';
import type { Io } from '../io.ts';

export interface ServeRolloutsOptions {
  readonly where: string;
  readonly json: boolean;
  readonly signal: AbortSignal;
  readonly io: Io;
}

/**
 * Joins a run that lacks workers, and makes rollouts for it until it is over or `signal` says so.
 * @returns whether there was one
 */
export async function serveRollouts(queue: RolloutQueue, { where, json, signal, io }: ServeRolloutsOptions): Promise<boolean> {
  const work = await queue.join();
  if (!work) return false;
  const { name, setup } = work.run;
  const tell = (type: string, text: string, more: object = {}) =>
    io.stdout.write(json ? `${JSON.stringify({ type, run: name, ...more })}\n` : `${text}\n`);
  try {
    const { serveRun } = await import('@zpin/onpolicy/node');
    tell('joined', `makes rollouts for ${name}`);
    const tasks = await serveRun(work, { setup, signal, openEnv: (source, copies) => openSource(source, copies, where) });
    tell('left', `${tasks} ${tasks === 1 ? 'rollout' : 'rollouts'} made for ${name}`, { rollouts: tasks });
  } finally {
    await work.leave();
  }
  return true;
}

/** The environment that a learner trains in, as this machine has it. */
async function openSource({ id, options, module }: EnvSource, copies: number, where: string): Promise<VectorEnv> {
  const { openEnv } = await import('zpin');
  // One's own file must lie where it lies on the machine of the learner.
  const file = module === undefined ? null : new URL(module).searchParams.get('file');
  return openEnv({ id: file ?? id, copies, settings: options as EnvSettings }, flagNames(where));
}
