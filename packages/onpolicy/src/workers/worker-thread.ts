/** The program of one worker thread of A3C and DPPO. */
import { parentPort, workerData } from 'node:worker_threads';
import { type EnvSource, type ErrorData, errorToData, type VectorEnv } from '@zpin/contracts';
import { createEngine, type EngineName, type ProgramChoices } from '@zpin/core';
import { a3cWorker } from '../a3c.ts';
import { rolloutWorker } from './rollout-worker.ts';
import type { MakeWorker, TrainingWorker } from './training-worker.ts';

/** What a thread is started with. */
export interface ThreadSetup {
  readonly algorithm: string;
  readonly setup: unknown;
  readonly source: EnvSource;
  /** Copies of the environment. */
  readonly copies: number;
  readonly engine: EngineName;
  /** What the engine chose before, where it chooses. */
  readonly choices: ProgramChoices | undefined;
  /** `[1]`: counts the steps, so that the other side sees that the thread lives. */
  readonly beats: Int32Array;
}

export interface ThreadCall {
  readonly method: keyof TrainingWorker<unknown, unknown>;
  readonly argument?: unknown;
}

export interface ThreadReply {
  readonly result?: unknown;
  readonly error?: ErrorData;
}

/** What the package of the environments exports. */
interface EnvLibrary {
  loadEnv(id: string): Promise<void>;
  makeVectorEnv(id: string, numEnvs: number, options: object): VectorEnv;
}

const programs: Readonly<Record<string, unknown>> = { a3c: a3cWorker, dppo: rolloutWorker };

async function start(): Promise<{ readonly worker: TrainingWorker<unknown, unknown>; readonly env: VectorEnv }> {
  const { algorithm, setup, source, copies, engine: name, choices, beats } = workerData as ThreadSetup;
  const library: EnvLibrary = await import(/* @vite-ignore */ source.library);
  if (source.module !== undefined) await (await import(/* @vite-ignore */ source.module)).ready;
  await library.loadEnv(source.id);
  const env = library.makeVectorEnv(source.id, copies, source.options);
  const make = programs[algorithm] as MakeWorker<unknown, unknown, unknown>;
  const engine = await createEngine(name, { ...(choices && { choices }) });
  const worker = make(setup, { env, engine, beat: () => void Atomics.add(beats, 0, 1) });
  return { worker, env };
}

const started = start();
// Each call is told of the failure.
started.catch(() => undefined);

parentPort?.on('message', async ({ method, argument }: ThreadCall) => {
  try {
    const { worker, env } = await started;
    const result = await (worker[method] as (argument: unknown) => unknown)(argument);
    if (method === 'close') env.close();
    parentPort?.postMessage({ result } satisfies ThreadReply);
  } catch (error) {
    parentPort?.postMessage({ error: errorToData(error) } satisfies ThreadReply);
  }
  if (method === 'close') parentPort?.close();
});
