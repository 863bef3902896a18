import type { EnvSource, VectorEnv } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { a3cWorker } from '../a3c.ts';
import { rolloutWorker } from './rollout-worker.ts';
import type { EngineSetup, MakeWorker, TrainingWorker, Workplace } from './training-worker.ts';

/** What a worker of another thread, process or machine is started with: plain data. */
export interface WorkerSetup extends EngineSetup {
  readonly algorithm: string;
  readonly setup: unknown;
  readonly source: EnvSource;
  /** Copies of the environment. */
  readonly copies: number;
  /** Seconds without a step after which the worker is given up. */
  readonly timeoutSeconds: number;
}

/** What it is told to do. */
export interface WorkerCall {
  readonly method: 'reset' | 'restore' | 'work' | 'close';
  readonly argument?: unknown;
}

/** A worker, and the environment that was made for it. */
export interface StartedWorker {
  readonly worker: TrainingWorker<unknown, unknown>;
  readonly env: VectorEnv;
}

const programs: Readonly<Record<string, unknown>> = { a3c: a3cWorker, dppo: rolloutWorker };

/** Makes the worker that a setup describes, with programs of its own. */
export async function startWorker(
  { algorithm, setup, source, copies, engine: name, backend, choices }: WorkerSetup,
  openEnv: (source: EnvSource, copies: number) => Promise<VectorEnv>,
  beat: Workplace['beat'],
): Promise<StartedWorker> {
  const env = await openEnv(source, copies);
  const make = programs[algorithm] as MakeWorker<unknown, unknown, unknown>;
  const engine = await createEngine(name, { ...(backend && { backend }), ...(choices && { choices }) });
  return { worker: make(setup, { env, engine, beat }), env };
}

/** Has a worker do what it is told; an environment goes with its worker. */
export async function callWorker({ worker, env }: StartedWorker, { method, argument }: WorkerCall): Promise<unknown> {
  const result = await (worker[method] as (argument: unknown) => unknown)(argument);
  if (method === 'close') env.close();
  return result;
}
