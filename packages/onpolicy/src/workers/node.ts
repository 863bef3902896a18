import { a3cWith } from '../a3c.ts';
import { dppoWith } from '../dppo.ts';
import { inThreads } from './in-threads.ts';

export { inThreads } from './in-threads.ts';
export { overQueue, type QueuedRun, type QueuedTask, type WorkerQueue } from './over-queue.ts';
export { type ServedRun, type ServeOptions, serveRun, type TakenTask } from './serve-run.ts';

/** Asynchronous Advantage Actor-Critic, for discrete and continuous actions, in threads. */
export const a3c = a3cWith(inThreads);

/** Distributed Proximal Policy Optimization, for discrete and continuous actions, in threads. */
export const dppo = dppoWith(inThreads);
