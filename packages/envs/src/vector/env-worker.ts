/** The program of one worker thread of `WorkerVectorEnv`. */
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type EpisodeInfo, envFailure, errorToData, type VectorEnv, type VectorStep } from '@zpin/contracts';
import { loadEnv, makeCopies } from '../registry.ts';
import {
  ANSWER,
  CALL,
  type Call,
  COMMAND,
  ENDED,
  partOf,
  REQUEST,
  type Reply,
  rowsOf,
  type WorkerSetup,
} from './worker-protocol.ts';

const setup = workerData as WorkerSetup;
const { source, start, end, numEnvs, control, port } = setup;
const infos = new Array<EpisodeInfo>(end - start).fill(null);
const out: VectorStep = { ...rowsOf(setup.step, start, end), ...(setup.tellsInfo && { episodeInfo: infos }) };
const actions = partOf(setup.actions, start, end, numEnvs);

// A thread that ends in the middle of a command must not leave the other side waiting for its time limit.
process.on('exit', () => {
  Atomics.store(control, ENDED, 1);
  if (Atomics.load(control, ANSWER) === Atomics.load(control, REQUEST)) return;
  // Another value than the one that is waited on, so that a wait that begins only now ends at once.
  Atomics.store(control, ANSWER, -1);
  Atomics.notify(control, ANSWER);
});

function reply(env: VectorEnv, call: Call): void {
  try {
    port.postMessage({ result: answer(env, call) } satisfies Reply);
  } catch (error) {
    fail(env, call.method, error);
  }
}

function fail(env: VectorEnv, method: string, error: unknown): void {
  port.postMessage({ error: errorToData(envFailure(`${env.spec.id}.${method}`, error)) } satisfies Reply);
}

function answer(env: VectorEnv, call: Call): unknown {
  switch (call.method) {
    case 'reset':
      return env.reset(out, call.seeds);
    case 'state':
      return env.state();
    case 'restore':
      return env.restore(call.state);
    case 'render':
      return env.render?.(call.index);
    case 'setParameters':
      return env.setParameters?.(call.parameters);
    case 'close':
      return env.close();
  }
}

function hasEnd({ terminated, truncated }: VectorStep): boolean {
  return terminated.includes(1) || truncated.includes(1);
}

function serve(env: VectorEnv): void {
  for (let done = 0; ; ) {
    Atomics.wait(control, REQUEST, done);
    done = Atomics.load(control, REQUEST);
    let last = false;
    if (Atomics.load(control, COMMAND) === CALL) {
      const { message: call } = receiveMessageOnPort(port) as { message: Call };
      reply(env, call);
      last = call.method === 'close';
    } else {
      try {
        env.step(actions, out);
        if (setup.tellsInfo && hasEnd(out)) port.postMessage({ result: infos } satisfies Reply);
      } catch (error) {
        fail(env, 'step', error);
      }
    }
    Atomics.store(control, ANSWER, done);
    Atomics.notify(control, ANSWER);
    if (last) break;
  }
  port.close();
}

async function main(): Promise<void> {
  let env: VectorEnv;
  try {
    if (source.module !== undefined) await (await import(source.module)).ready;
    await loadEnv(source.id);
    env = makeCopies(source.id, end - start, source.options, start);
  } catch (error) {
    parentPort?.postMessage({ error: errorToData(error) } satisfies Reply);
    return;
  }
  parentPort?.postMessage({} satisfies Reply);
  serve(env);
}

/** The other side waits without looking up: what ends this thread must be told where it looks afterwards. */
function die(error: unknown): never {
  port.postMessage({ error: errorToData(error) } satisfies Reply);
  process.exit(1);
}

process.on('uncaughtException', die);
process.on('unhandledRejection', die);

main().catch(die);
