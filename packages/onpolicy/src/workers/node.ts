import { a3cWith } from '../a3c.ts';
import { dppoWith } from '../dppo.ts';
import { inThreads } from './in-threads.ts';

export { inThreads } from './in-threads.ts';

/** Asynchronous Advantage Actor-Critic, for discrete and continuous actions, in threads. */
export const a3c = a3cWith(inThreads);

/** Distributed Proximal Policy Optimization, for discrete and continuous actions, in threads. */
export const dppo = dppoWith(inThreads);
