/** The program of one worker thread of A3C and DPPO. */
import { parentPort, workerData } from 'node:worker_threads';
import { type EnvSource, type ErrorData, errorToData, type VectorEnv } from '@zpin/contracts';
import { callWorker, startWorker, type WorkerCall, type WorkerSetup } from './worker-program.ts';

/** What a thread is started with. */
export interface ThreadSetup extends WorkerSetup {
  /** `[1]`: counts the steps, so that the other side sees that the thread lives. */
  readonly beats: Int32Array;
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

async function openEnv(source: EnvSource, copies: number): Promise<VectorEnv> {
  const library: EnvLibrary = await import(/* @vite-ignore */ source.library);
  if (source.module !== undefined) await (await import(/* @vite-ignore */ source.module)).ready;
  await library.loadEnv(source.id);
  return library.makeVectorEnv(source.id, copies, source.options);
}

const setup = workerData as ThreadSetup;
const started = startWorker(setup, openEnv, () => void Atomics.add(setup.beats, 0, 1));
// Each call is told of the failure.
started.catch(() => undefined);

parentPort?.on('message', async (call: WorkerCall) => {
  try {
    parentPort?.postMessage({ result: await callWorker(await started, call) } satisfies ThreadReply);
  } catch (error) {
    parentPort?.postMessage({ error: errorToData(error) } satisfies ThreadReply);
  }
  if (call.method === 'close') parentPort?.close();
});
