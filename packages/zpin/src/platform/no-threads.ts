import { a3cWith, dppoWith, inThisThread } from '@zpin/onpolicy';

// A browser tab has no threads of Node: the workers take turns in this one.

/** Asynchronous Advantage Actor-Critic, for discrete and continuous actions. */
export const a3c = a3cWith(inThisThread);

/** Distributed Proximal Policy Optimization, for discrete and continuous actions. */
export const dppo = dppoWith(inThisThread);
