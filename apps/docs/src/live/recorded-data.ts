import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { behaviour, collectDataset, type OfflineDataset } from '@zpin/offline';
import { load } from 'zpin';
import type { Plan } from './experiment.ts';

/** Steps of a trained policy some of whose actions are random, as data to learn from. */
export async function recordedData(
  id: string,
  { policy, epsilon, steps }: NonNullable<Plan['data']>,
  seed: number,
): Promise<OfflineDataset> {
  const env = makeVectorEnv(id, 1);
  const expert = await load(`hub:${policy}`, { engine: await createEngine('wasm') });
  const actor = behaviour({ spec: env.spec, seed, actor: expert.agent, epsilon });
  const dataset = await collectDataset({ env, actor, steps, seed });
  expert.dispose();
  return dataset;
}
