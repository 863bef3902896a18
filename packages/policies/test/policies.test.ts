import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { InputError } from '@zpin/contracts';
import { type AnyAlgorithm, createEngine, evaluate, policyActor } from '@zpin/core';
import { evaluationWrappers, makeVectorEnv } from '@zpin/envs';
import { ddpg } from '@zpin/offpolicy';
import { ppo, trpo } from '@zpin/onpolicy';
import { dqn, qLearning } from '@zpin/value-based';
import { describe, expect, it } from 'vitest';
import { listPolicies, pretrainedPolicy } from '../src/index.ts';

const folder = fileURLToPath(new URL('..', import.meta.url));

/** Bytes of all files below a folder of the package. */
function bytesBelow(name: string): number {
  const files = readdirSync(join(folder, name), { recursive: true, encoding: 'utf8' }).map(file =>
    statSync(join(folder, name, file)),
  );
  return files.filter(file => file.isFile()).reduce((sum, { size }) => sum + size, 0);
}

describe('the package', () => {
  it('takes 3 MB at most, and no single policy more than a tenth of that', () => {
    expect(bytesBelow('data') + bytesBelow('src')).toBeLessThanOrEqual(3e6);
    expect(Math.max(...listPolicies().map(({ bytes }) => bytes))).toBeLessThanOrEqual(3e5);
  });

  it('has a file for each name, and a name for each file', () => {
    const files = readdirSync(join(folder, 'data'), { recursive: true, encoding: 'utf8' });
    const names = files.filter(file => file.endsWith('.mjs')).map(file => file.replaceAll('\\', '/').replace('.mjs', ''));
    expect(names.sort()).toEqual(listPolicies().map(({ id }) => id));
  });

  it.each(listPolicies().map(info => [info.id, info] as const))('%s is what is said about it', async (id, info) => {
    const { policy } = await pretrainedPolicy(id);
    expect(`${policy.algorithm}/${policy.spec.id}`).toBe(id);
    expect(policy.weights.every(Number.isFinite)).toBe(true);
    expect(policy.weights.byteLength).toBeLessThan(info.bytes);
    expect(info).toMatchObject({ algorithm: policy.algorithm, env: policy.spec.id, episodes: 100, engine: 'wasm' });
    expect(info.date).toMatch(/^\d{4}-\d\d-\d\d$/);
    const { rewardThreshold } = policy.spec;
    // The best policy of Taxi does not come to its threshold, nor does that of Hopper after a million steps.
    if (rewardThreshold !== null && !['Taxi-v4', 'Hopper-v5'].includes(info.env))
      expect(info.meanReturn).toBeGreaterThanOrEqual(rewardThreshold);
  });
});

describe('a policy plays again what was played when it was trained', () => {
  const cases: readonly (readonly [string, AnyAlgorithm])[] = [
    ['ppo/CartPole-v1', ppo],
    ['dqn/CartPole-v1', dqn],
    ['trpo/MountainCar-v0', trpo],
    ['ppo/Acrobot-v1', ppo],
    ['ddpg/Pendulum-v1', ddpg],
    ['q-learning/CartPole-v1', qLearning],
    ['q-learning/FrozenLake-v1', qLearning],
    ['q-learning/Taxi-v4', qLearning],
  ];

  it.each(cases)('%s', async (id, algorithm) => {
    const { info, policy } = await pretrainedPolicy(id);
    const { wrappers = [], ...options } = info.envOptions;
    const left = evaluationWrappers(wrappers as readonly string[]);
    const env = makeVectorEnv(info.env, 10, { ...options, ...(left.length > 0 && { wrappers: left }) });
    const actor = policyActor(policy, { algorithms: [algorithm], engine: await createEngine('wasm') });
    const { meanReturn, stdReturn } = await evaluate(actor, env, info.episodes, info.seed);
    expect({ meanReturn, stdReturn }).toEqual({ meanReturn: info.meanReturn, stdReturn: info.stdReturn });
    actor.dispose();
    env.close();
  });
});

describe('a name that is not there', () => {
  const said = (id: string) => pretrainedPolicy(id).catch((error: Error) => error);

  it('is answered by the one that was meant', async () => {
    const error = await said('ppo/CartPol-v1');
    expect(error).toBeInstanceOf(InputError);
    expect(error).toHaveProperty('message', expect.stringContaining('got "ppo/CartPol-v1". Did you mean ppo/CartPole-v1'));
  });

  it('is answered by what the algorithm plays, and by who plays in the environment', async () => {
    const { message } = (await said('trpo/Blackjack-v1')) as Error;
    expect(message).toMatch(/There are .*trpo\/MountainCar-v0/);
    expect(message).not.toContain('ppo/');
  });

  it('is answered by what shows all, where nothing is near', async () => {
    const error = pretrainedPolicy('muzero/Go-v0', { where: 'zpin eval', listPolicies: 'zpin list policies shows all' });
    await expect(error).rejects.toThrow(
      'zpin eval: the policy must be one of @zpin/policies, got "muzero/Go-v0". zpin list policies shows all.',
    );
  });
});
