import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Worker } from 'node:worker_threads';
import { SAFE_HEADERS } from '../local-server.ts';
import { POLICY_THREAD } from '../policy-thread-module.ts';
import type { PolicyAnswer, PolicySetup } from './policy-thread.ts';

/** Pictures per second. */
const RATE = 25;
/** Steps after which an episode without end is cut off. */
const MAX_STEPS = 1000;
/** Policies that play at a time. */
const MOST = 4;

/** Policies at play, each in a thread of its own, for as long as somebody looks. They read checkpoints, and write nothing. */
export class PolicyStreams {
  readonly #played = new Set<ServerResponse>();

  /** Answers with pictures of a policy, as they come, until whoever looks goes away. */
  async play(setup: Omit<PolicySetup, 'maxSteps'>, response: ServerResponse): Promise<void> {
    if (this.#played.size >= MOST) {
      response.writeHead(503, { ...SAFE_HEADERS, 'Content-Type': 'text/plain' });
      response.end(`${MOST} policies play already: close one.\n`);
      return;
    }
    response.writeHead(200, { ...SAFE_HEADERS, 'Content-Type': 'text/event-stream' });
    response.flushHeaders();
    const worker = new Worker(POLICY_THREAD, { workerData: { ...setup, maxSteps: MAX_STEPS } satisfies PolicySetup });
    this.#played.add(response);
    const left = new AbortController();
    response.once('close', () => left.abort());
    // What it plays may end it.
    worker.once('exit', () => left.abort());
    try {
      while (!left.signal.aborted) {
        const begun = performance.now();
        worker.postMessage('next');
        const [answer] = (await once(worker, 'message', { signal: left.signal })) as [PolicyAnswer];
        if ('problem' in answer) {
          response.end(`event: problem\ndata: ${JSON.stringify(answer.problem)}\n\n`);
          return;
        }
        // Who cannot follow slows it down.
        if (!response.write(`data: ${JSON.stringify(answer.frame)}\n\n`)) await once(response, 'drain', { signal: left.signal });
        const rest = 1000 / RATE - (performance.now() - begun);
        await new Promise(resolve => setTimeout(resolve, Math.max(0, rest)));
      }
    } catch (error) {
      if (left.signal.aborted) return;
      response.end(`event: problem\ndata: ${JSON.stringify(error instanceof Error ? error.message : String(error))}\n\n`);
    } finally {
      this.#played.delete(response);
      response.end();
      await worker.terminate();
    }
  }

  /** Ends them all. */
  close(): void {
    for (const response of this.#played) response.destroy();
  }
}
