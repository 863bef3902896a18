import { makeVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { ppo } from '../src/ppo.ts';

it('is the same while a policy collects and while it learns, and goes on between rollouts', async () => {
  const [numEnvs, rolloutLength, rollouts] = [2, 16, 4];
  const env = makeVectorEnv('Pendulum-v1', numEnvs);
  const config = { numEnvs, rolloutLength, learningRate: 0, normalizeObservations: true, normalizeRewards: true };
  const agent = await ppo.create({ spec: env.spec, config, seed: 1, engine: await compiledEngine() });
  const counts: unknown[] = [];
  for await (const event of ppo.train({ agent, env, totalSteps: rollouts * numEnvs * rolloutLength, seed: 1 })) {
    if (event.type !== 'update') continue;
    // Weights stay as they are: a ratio other than 1 would come from other statistics than those of acting.
    expect((await event.metrics.read()).approxKl).toBeCloseTo(0, 7);
    const { normalizer } = (await agent.state()) as { normalizer: Record<'observations' | 'rewards', { count: number }> };
    counts.push([normalizer.observations.count, normalizer.rewards.count]);
  }
  expect(counts).toEqual([1, 2, 3, 4].map(k => [k * 32, k * 32]));
  const before = await agent.state();
  for (const mode of ['explore', 'exploit'] as const) await agent.act(new Float32Array(6).fill(5), mode);
  expect((await agent.state()).normalizer).toEqual(before.normalizer);
  agent.dispose();
});
