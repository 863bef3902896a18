import type { Policy } from '@zpin/contracts';
import { createEngine, type Evaluation, encodePolicy, evaluate, policyActor, version } from '@zpin/core';
import type { PolicyInfo } from '@zpin/policies';
import { loadAlgorithm, openEnv, openRun } from 'zpin';
import { EVALUATION_COPIES } from 'zpin/catalog';
import { FIRST_SEED, MOST_SEEDS, type Recipe } from './recipes.ts';

/** A policy that is good enough, as its package keeps it. */
export interface TrainedPolicy {
  readonly info: PolicyInfo;
  readonly bytes: Uint8Array;
}

/** Greedy episodes by which a policy is judged. */
const EPISODES = 100;
const ENGINE = 'wasm';

/**
 * Trains by the preset, on one seed after the other, until a policy comes to what the recipe asks.
 *
 * Trained and judged on the engine `wasm`, which gives the same bits on every machine: there a policy can be trained anew, and comes to the
 * same return.
 * @throws Error when none of the seeds comes to it
 */
export async function trainPolicy({ algorithm: id, env, atLeast }: Recipe, tell: (line: string) => void): Promise<TrainedPolicy> {
  const algorithm = await loadAlgorithm(id);
  for (let seed = FIRST_SEED; seed < FIRST_SEED + MOST_SEEDS; seed++) {
    const run = await openRun(algorithm, env, { seed, engine: ENGINE });
    for await (const _ of run.events());
    const policy = await run.agent.policy?.();
    const { steps, envOptions = {} } = run.description;
    run.dispose();
    if (!policy) throw new Error(`policies: ${id} must have a policy that is a function of the observation, got none`);
    if (policy.observationClips) throw new Error(`policies: ${id} on ${env} must not stand on a wrapper that normalises`);
    const { meanReturn, stdReturn, successRate } = await judged(policy, envOptions, seed);
    tell(`${id} on ${env}, seed ${seed}: ${meanReturn}`);
    if (meanReturn < atLeast) continue;
    const bytes = encodePolicy(policy);
    const info: PolicyInfo = {
      ...{ id: `${id}/${env}`, algorithm: id, env, envOptions, seed, steps, meanReturn, stdReturn },
      ...(successRate !== undefined && { successRate }),
      ...{ episodes: EPISODES, bytes: bytes.length, engine: ENGINE, version },
      date: new Date().toISOString().slice(0, 10),
    };
    return { info, bytes };
  }
  throw new Error(`policies: ${id} on ${env} must come to ${atLeast} within ${MOST_SEEDS} seeds, got less`);
}

async function judged(policy: Policy, settings: PolicyInfo['envOptions'], seed: number): Promise<Evaluation> {
  const vectorEnv = await openEnv({ id: policy.spec.id, copies: EVALUATION_COPIES, settings, purpose: 'evaluation' });
  const actor = policyActor(policy, { algorithms: [await loadAlgorithm(policy.algorithm)], engine: await createEngine(ENGINE) });
  const evaluation = await evaluate(actor, vectorEnv, EPISODES, seed);
  actor.dispose();
  vectorEnv.close();
  return evaluation;
}
