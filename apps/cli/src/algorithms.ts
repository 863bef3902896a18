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
  { id: 'a3c', load: async () => (await import('@zpin/onpolicy/node')).a3c },
  { id: 'actor-critic', load: async () => (await import('@zpin/onpolicy')).oneStepActorCritic },
  { id: 'bc', load: async () => (await import('@zpin/offline')).bc },
  { id: 'bcq', load: async () => (await import('@zpin/offline')).bcq },
  { id: 'c51', load: async () => (await import('@zpin/value-based')).c51 },
  { id: 'cql', load: async () => (await import('@zpin/offline')).cql },
  { id: 'ddpg', load: async () => (await import('@zpin/offpolicy')).ddpg },
  { id: 'discrete-bcq', load: async () => (await import('@zpin/offline')).discreteBcq },
  { id: 'discrete-cql', load: async () => (await import('@zpin/offline')).discreteCql },
  { id: 'discrete-sac', load: async () => (await import('@zpin/offpolicy')).discreteSac },
  { id: 'double-dqn', load: async () => (await import('@zpin/value-based')).doubleDqn },
  { id: 'dppo', load: async () => (await import('@zpin/onpolicy/node')).dppo },
  { id: 'dqn', load: async () => (await import('@zpin/value-based')).dqn },
  { id: 'dueling-double-dqn', load: async () => (await import('@zpin/value-based')).duelingDoubleDqn },
  { id: 'dueling-dqn', load: async () => (await import('@zpin/value-based')).duelingDqn },
  { id: 'expected-sarsa', load: async () => (await import('@zpin/value-based')).expectedSarsa },
  { id: 'h-dqn', load: async () => (await import('@zpin/hrl')).hDqn },
  { id: 'iqn', load: async () => (await import('@zpin/value-based')).iqn },
  { id: 'munchausen-dqn', load: async () => (await import('@zpin/value-based')).munchausenDqn },
  { id: 'neural-q-learning', load: async () => (await import('@zpin/value-based')).neuralQLearning },
  { id: 'noisy-dqn', load: async () => (await import('@zpin/value-based')).noisyDqn },
  { id: 'npg', load: async () => (await import('@zpin/onpolicy')).npg },
  { id: 'option-critic', load: async () => (await import('@zpin/hrl')).optionCritic },
  { id: 'ppo', load: async () => (await import('@zpin/onpolicy')).ppo },
  { id: 'ppo-penalty', load: async () => (await import('@zpin/onpolicy')).ppoPenalty },
  { id: 'prioritized-dqn', load: async () => (await import('@zpin/value-based')).prioritizedDqn },
  { id: 'q-learning', load: async () => (await import('@zpin/value-based')).qLearning },
  { id: 'qr-dqn', load: async () => (await import('@zpin/value-based')).qrDqn },
  { id: 'rainbow', load: async () => (await import('@zpin/value-based')).rainbow },
  { id: 'recurrent-ppo', load: async () => (await import('@zpin/onpolicy')).recurrentPpo },
  { id: 'redq', load: async () => (await import('@zpin/offpolicy')).redq },
  { id: 'reinforce', load: async () => (await import('@zpin/onpolicy')).reinforce },
  { id: 'sac', load: async () => (await import('@zpin/offpolicy')).sac },
  { id: 'sarsa', load: async () => (await import('@zpin/value-based')).sarsa },
  { id: 'sarsa-lambda', load: async () => (await import('@zpin/value-based')).sarsaLambda },
  { id: 'td3', load: async () => (await import('@zpin/offpolicy')).td3 },
  { id: 'tqc', load: async () => (await import('@zpin/offpolicy')).tqc },
  { id: 'trpo', load: async () => (await import('@zpin/onpolicy')).trpo },
  { id: 'vpg', load: async () => (await import('@zpin/onpolicy')).vpg },
];
