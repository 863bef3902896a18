import {
  type ActMode,
  type Actor,
  checkSameSpaces,
  copySeeds,
  InputError,
  message,
  type StateValue,
  seedStream,
  type VectorEnv,
} from '@zpin/contracts';
import { breathe, Collector } from '@zpin/core';
import { checkMemory, transitionBytes } from '@zpin/replay';
import type { OfflineDataset } from './offline-dataset.ts';
import { recordTransitions } from './record-transitions.ts';

export interface CollectOptions {
  readonly env: VectorEnv;
  /** What plays: `behaviour`, an agent, a saved policy. */
  readonly actor: Actor;
  /** Environment steps over all copies, rounded up to a whole number for each. */
  readonly steps: number;
  /** Of the episodes, which no run trains or is evaluated in, whatever its seed. */
  readonly seed: number;
  /** `exploit` when omitted. */
  readonly mode?: ActMode;
  /** Where the data come from, kept with them. */
  readonly about?: { readonly [key: string]: StateValue };
  /** Stops: the data are then what was played until that. */
  readonly signal?: AbortSignal;
  /** Told after each step how many transitions there are. */
  readonly onProgress?: (transitions: number) => void;
}

/**
 * Bytes that so many transitions take at most, in memory and in a file.
 * @param where function or command named in the error
 * @throws ConfigError when no machine has memory for so many
 */
export function datasetBytes(env: VectorEnv, steps: number, where = 'collectDataset'): number {
  const { observationSpace, actionSpace } = env.spec;
  const kept = { observationSpace, actionSpace, hasActionMask: env.createStep().actionMask !== undefined };
  checkMemory(where, { capacity: steps, ...kept }, 'steps');
  return steps * transitionBytes(kept);
}

/**
 * Plays in an environment and keeps every transition. Timers, signals and messages are let in on the way.
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
  signal,
  onProgress,
}: CollectOptions): Promise<OfflineDataset> {
  if (!(Number.isSafeInteger(steps) && steps >= 1)) {
    throw new InputError(message('collectDataset', 'steps must be an integer >= 1', steps, 'Give the transitions to collect'));
  }
  if (actor.spec) checkSameSpaces('collectDataset', actor.spec, env.spec);
  datasetBytes(env, steps);
  const recorded = recordTransitions(env);
  const collector = new Collector(recorded);
  collector.reset(copySeeds(seedStream(seed, 'collection'), env.numEnvs));
  for (let t = 0; t < steps && !signal?.aborted; t += env.numEnvs) {
    collector.step(await actor.act(collector.obs, mode, collector.actionMask, collector.start));
    onProgress?.(t + env.numEnvs);
    const pause = breathe();
    if (pause) await pause;
  }
  return recorded.dataset(about);
}
