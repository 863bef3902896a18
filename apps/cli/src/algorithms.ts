import type { Algorithm } from '@zpin/core';

/** An algorithm before its package, and TensorFlow.js with it, is loaded. */
export interface AlgorithmEntry {
  /** Name on the command line. */
  readonly id: string;
  load(): Promise<Algorithm>;
}

/** Every algorithm of the command line. */
export const algorithms: readonly AlgorithmEntry[] = [
  { id: 'a2c', load: async () => (await import('@zpin/onpolicy')).a2c },
  { id: 'actor-critic', load: async () => (await import('@zpin/onpolicy')).oneStepActorCritic },
  { id: 'ddpg', load: async () => (await import('@zpin/offpolicy')).ddpg },
  { id: 'discrete-sac', load: async () => (await import('@zpin/offpolicy')).discreteSac },
  { id: 'dqn', load: async () => (await import('@zpin/value-based')).dqn },
  { id: 'npg', load: async () => (await import('@zpin/onpolicy')).npg },
  { id: 'ppo', load: async () => (await import('@zpin/onpolicy')).ppo },
  { id: 'ppo-penalty', load: async () => (await import('@zpin/onpolicy')).ppoPenalty },
  { id: 'reinforce', load: async () => (await import('@zpin/onpolicy')).reinforce },
  { id: 'sac', load: async () => (await import('@zpin/offpolicy')).sac },
  { id: 'td3', load: async () => (await import('@zpin/offpolicy')).td3 },
  { id: 'trpo', load: async () => (await import('@zpin/onpolicy')).trpo },
  { id: 'vpg', load: async () => (await import('@zpin/onpolicy')).vpg },
];
