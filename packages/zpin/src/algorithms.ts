import { InputError, message, nearestName } from '@zpin/contracts';
import type { AnyAlgorithm, ConfigOf } from '@zpin/core';

/**
 * Every algorithm by its name. Its package, and TensorFlow.js with it, is loaded when it is asked for. This is the one list of
 * what exists: the command line, the documentation and the benchmarks read it.
 */
const registry = {
  a2c: async () => (await import('@zpin/onpolicy')).a2c,
  a3c: async () => (await import('#threads')).a3c,
  'actor-critic': async () => (await import('@zpin/onpolicy')).oneStepActorCritic,
  bc: async () => (await import('@zpin/offline')).bc,
  bcq: async () => (await import('@zpin/offline')).bcq,
  c51: async () => (await import('@zpin/value-based')).c51,
  cql: async () => (await import('@zpin/offline')).cql,
  ddpg: async () => (await import('@zpin/offpolicy')).ddpg,
  'discrete-bcq': async () => (await import('@zpin/offline')).discreteBcq,
  'discrete-cql': async () => (await import('@zpin/offline')).discreteCql,
  'discrete-sac': async () => (await import('@zpin/offpolicy')).discreteSac,
  'double-dqn': async () => (await import('@zpin/value-based')).doubleDqn,
  dppo: async () => (await import('#threads')).dppo,
  dqn: async () => (await import('@zpin/value-based')).dqn,
  'dueling-double-dqn': async () => (await import('@zpin/value-based')).duelingDoubleDqn,
  'dueling-dqn': async () => (await import('@zpin/value-based')).duelingDqn,
  'expected-sarsa': async () => (await import('@zpin/value-based')).expectedSarsa,
  'h-dqn': async () => (await import('@zpin/hrl')).hDqn,
  iql: async () => (await import('@zpin/offline')).iql,
  iqn: async () => (await import('@zpin/value-based')).iqn,
  'munchausen-dqn': async () => (await import('@zpin/value-based')).munchausenDqn,
  'neural-q-learning': async () => (await import('@zpin/value-based')).neuralQLearning,
  'noisy-dqn': async () => (await import('@zpin/value-based')).noisyDqn,
  npg: async () => (await import('@zpin/onpolicy')).npg,
  'off-policy-option-critic': async () => (await import('@zpin/hrl')).offPolicyOptionCritic,
  'option-critic': async () => (await import('@zpin/hrl')).optionCritic,
  ppo: async () => (await import('@zpin/onpolicy')).ppo,
  'ppo-penalty': async () => (await import('@zpin/onpolicy')).ppoPenalty,
  'prioritized-dqn': async () => (await import('@zpin/value-based')).prioritizedDqn,
  'q-learning': async () => (await import('@zpin/value-based')).qLearning,
  'qr-dqn': async () => (await import('@zpin/value-based')).qrDqn,
  rainbow: async () => (await import('@zpin/value-based')).rainbow,
  'recurrent-ppo': async () => (await import('@zpin/onpolicy')).recurrentPpo,
  redq: async () => (await import('@zpin/offpolicy')).redq,
  reinforce: async () => (await import('@zpin/onpolicy')).reinforce,
  sac: async () => (await import('@zpin/offpolicy')).sac,
  sarsa: async () => (await import('@zpin/value-based')).sarsa,
  'sarsa-lambda': async () => (await import('@zpin/value-based')).sarsaLambda,
  'tabular-bcq': async () => (await import('@zpin/offline')).tabularBcq,
  td3: async () => (await import('@zpin/offpolicy')).td3,
  'td3-bc': async () => (await import('@zpin/offline')).td3Bc,
  tqc: async () => (await import('@zpin/offpolicy')).tqc,
  trpo: async () => (await import('@zpin/onpolicy')).trpo,
  vpg: async () => (await import('@zpin/onpolicy')).vpg,
} satisfies Readonly<Record<string, () => Promise<AnyAlgorithm>>>;

/** Name of an algorithm, for example `ppo`. */
export type AlgorithmId = keyof typeof registry;

/** Settings of an algorithm by its name. */
export type ConfigOfAlgorithm<Id extends AlgorithmId> = ConfigOf<Awaited<ReturnType<(typeof registry)[Id]>>['config']>;

/** Names of all algorithms. */
export const algorithmIds = Object.keys(registry) as readonly AlgorithmId[];

/** Whether there is an algorithm of this name. */
export function isAlgorithmId(id: string): id is AlgorithmId {
  return Object.hasOwn(registry, id);
}

/**
 * The algorithm of this name.
 * @param where named in the error @throws InputError naming the nearest known algorithm
 */
export async function loadAlgorithm(id: string, where = 'loadAlgorithm'): Promise<AnyAlgorithm> {
  if (isAlgorithmId(id)) return registry[id]();
  const near = nearestName(id, algorithmIds);
  const known = `Known are ${algorithmIds.join(', ')}`;
  throw new InputError(message(where, 'the algorithm must be known', id, near ? `Did you mean ${near}? ${known}` : known));
}
