import { type ActMode, type Actor, checkSameSpaces, InputError, message, type StateValue, type VectorEnv } from '@zpin/contracts';
import { Collector } from '@zpin/core';
import { checkMemory } from '@zpin/replay';
import type { OfflineDataset } from './offline-dataset.ts';
import { recordTransitions } from './record-transitions.ts';

export interface CollectOptions {
  readonly env: VectorEnv;
  /** What plays: `behaviour`, an agent, a saved policy. */
  readonly actor: Actor;
  /** Environment steps over all copies, rounded up to a whole number for each. */
  readonly steps: number;
  /** Of the environment. */
  readonly seed: number;
  /** `exploit` when omitted. */
  readonly mode?: ActMode;
  /** Where the data come from, kept with them. */
  readonly about?: { readonly [key: string]: StateValue };
}

/**
 * Plays in an environment and keeps every transition.
 * @throws InputError unless `steps` is an integer ≥ 1; ConfigError when no machine has memory for so many; SpaceError when the
 * actor was made for other spaces
 */
export async function collectDataset({
  env,
  actor,
  steps,
  seed,
  mode = 'exploit',
  about = {},
}: CollectOptions): Promise<OfflineDataset> {
  if (!(Number.isSafeInteger(steps) && steps >= 1)) {
    throw new InputError(message('collectDataset', 'steps must be an integer >= 1', steps, 'Give the transitions to collect'));
  }
  if (actor.spec) checkSameSpaces('collectDataset', actor.spec, env.spec);
  const hasActionMask = env.createStep().actionMask !== undefined;
  const { observationSpace, actionSpace } = env.spec;
  checkMemory('collectDataset', { capacity: steps, observationSpace, actionSpace, hasActionMask }, 'steps');
  const recorded = recordTransitions(env);
  const collector = new Collector(recorded);
  collector.reset(seed);
  for (let t = 0; t < steps; t += env.numEnvs) {
    collector.step(await actor.act(collector.obs, mode, collector.actionMask, collector.start));
  }
  return recorded.dataset(about);
}
