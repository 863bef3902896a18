import { InputError, message, nearestName } from '@zpin/contracts';
import type { AnyAlgorithm, ConfigOf } from '@zpin/core';

/** An algorithm and the package that it is published in. */
function of<Algorithm>(packageName: string, load: () => Promise<Algorithm>) {
  return { packageName, load };
}

/**
 * Every algorithm by its name. Its package, and TensorFlow.js with it, is loaded when it is asked for. This is the one list of
 * what exists: the command line, the documentation and the benchmarks read it.
 */
const registry = {
  a2c: of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).a2c),
  a3c: of('@zpin/onpolicy', async () => (await import('#threads')).a3c),
  'actor-critic': of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).oneStepActorCritic),
  bc: of('@zpin/offline', async () => (await import('@zpin/offline')).bc),
  bcq: of('@zpin/offline', async () => (await import('@zpin/offline')).bcq),
  c51: of('@zpin/value-based', async () => (await import('@zpin/value-based')).c51),
  cql: of('@zpin/offline', async () => (await import('@zpin/offline')).cql),
  ddpg: of('@zpin/offpolicy', async () => (await import('@zpin/offpolicy')).ddpg),
  'discrete-bcq': of('@zpin/offline', async () => (await import('@zpin/offline')).discreteBcq),
  'discrete-cql': of('@zpin/offline', async () => (await import('@zpin/offline')).discreteCql),
  'discrete-sac': of('@zpin/offpolicy', async () => (await import('@zpin/offpolicy')).discreteSac),
  'double-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).doubleDqn),
  dppo: of('@zpin/onpolicy', async () => (await import('#threads')).dppo),
  dqn: of('@zpin/value-based', async () => (await import('@zpin/value-based')).dqn),
  'dueling-double-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).duelingDoubleDqn),
  'dueling-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).duelingDqn),
  'expected-sarsa': of('@zpin/value-based', async () => (await import('@zpin/value-based')).expectedSarsa),
  'h-dqn': of('@zpin/hrl', async () => (await import('@zpin/hrl')).hDqn),
  iql: of('@zpin/offline', async () => (await import('@zpin/offline')).iql),
  iqn: of('@zpin/value-based', async () => (await import('@zpin/value-based')).iqn),
  'munchausen-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).munchausenDqn),
  'neural-q-learning': of('@zpin/value-based', async () => (await import('@zpin/value-based')).neuralQLearning),
  'noisy-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).noisyDqn),
  npg: of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).npg),
  'off-policy-option-critic': of('@zpin/hrl', async () => (await import('@zpin/hrl')).offPolicyOptionCritic),
  'option-critic': of('@zpin/hrl', async () => (await import('@zpin/hrl')).optionCritic),
  ppo: of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).ppo),
  'ppo-penalty': of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).ppoPenalty),
  'prioritized-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).prioritizedDqn),
  'q-learning': of('@zpin/value-based', async () => (await import('@zpin/value-based')).qLearning),
  'qr-dqn': of('@zpin/value-based', async () => (await import('@zpin/value-based')).qrDqn),
  rainbow: of('@zpin/value-based', async () => (await import('@zpin/value-based')).rainbow),
  'recurrent-ppo': of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).recurrentPpo),
  redq: of('@zpin/offpolicy', async () => (await import('@zpin/offpolicy')).redq),
  reinforce: of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).reinforce),
  sac: of('@zpin/offpolicy', async () => (await import('@zpin/offpolicy')).sac),
  sarsa: of('@zpin/value-based', async () => (await import('@zpin/value-based')).sarsa),
  'sarsa-lambda': of('@zpin/value-based', async () => (await import('@zpin/value-based')).sarsaLambda),
  'tabular-bcq': of('@zpin/offline', async () => (await import('@zpin/offline')).tabularBcq),
  td3: of('@zpin/offpolicy', async () => (await import('@zpin/offpolicy')).td3),
  'td3-bc': of('@zpin/offline', async () => (await import('@zpin/offline')).td3Bc),
  tqc: of('@zpin/offpolicy', async () => (await import('@zpin/offpolicy')).tqc),
  trpo: of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).trpo),
  vpg: of('@zpin/onpolicy', async () => (await import('@zpin/onpolicy')).vpg),
} satisfies Readonly<Record<string, { readonly packageName: string; load(): Promise<AnyAlgorithm> }>>;

/** Name of an algorithm, for example `ppo`. */
export type AlgorithmId = keyof typeof registry;

/** Settings of an algorithm by its name. */
export type ConfigOfAlgorithm<Id extends AlgorithmId> = ConfigOf<Awaited<ReturnType<(typeof registry)[Id]['load']>>['config']>;

/** Names of all algorithms. */
export const algorithmIds = Object.keys(registry) as readonly AlgorithmId[];

/** Whether there is an algorithm of this name. */
export function isAlgorithmId(id: string): id is AlgorithmId {
  return Object.hasOwn(registry, id);
}

/** The package on npm that holds an algorithm, such as `@zpin/onpolicy`. */
export function packageOfAlgorithm(id: AlgorithmId): string {
  return registry[id].packageName;
}

/**
 * The algorithm of this name.
 * @param where named in the error @throws InputError naming the nearest known algorithm
 */
export async function loadAlgorithm(id: string, where = 'loadAlgorithm'): Promise<AnyAlgorithm> {
  if (isAlgorithmId(id)) return registry[id].load();
  const near = nearestName(id, algorithmIds);
  const known = `Known are ${algorithmIds.join(', ')}`;
  throw new InputError(message(where, 'the algorithm must be known', id, near ? `Did you mean ${near}? ${known}` : known));
}
