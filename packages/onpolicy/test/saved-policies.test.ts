import { type Agent, Rng } from '@zpin/contracts';
import { type Algorithm, type PolicyOptions, policyActor } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases } from './algorithms.ts';

describe.each(algorithmCases)('the policy of $algorithm.id', ({ algorithm, small }) => {
  it.each([false, true])('acts bit for bit as the agent, observations normalised: %s', async normalizeObservations => {
    const engine = await compiledEngine();
    const env = makeVectorEnv('Pendulum-v1', small.numEnvs);
    const agent = await algorithm.create({ spec: env.spec, config: { ...small, normalizeObservations }, seed: 1, engine });
    for await (const _ of algorithm.train({ agent, env, totalSteps: 128, seed: 1 }));
    const actor = policyActor(await (agent as Required<Agent>).policy(), { algorithms: [algorithm], engine });
    const width = env.createStep().obs.length / small.numEnvs;
    const obs = new Rng(5).standardNormalInto(new Float32Array(50 * width)).map(x => 2 * x);
    const expected = (await agent.act(obs, 'exploit')).slice();
    expect(await actor.act(obs, 'exploit')).toEqual(expected);
    expect(new Set(expected).size).toBeGreaterThan(1);
    // The statistics are weights of the policy, so their number tells whether they are there.
    const { layout } = (algorithm as Required<Algorithm>).policy({
      spec: env.spec,
      config: agent.config,
    } as PolicyOptions<unknown>);
    expect(layout.entries.some(({ name }) => name === 'normalizer/scale')).toBe(normalizeObservations);
    actor.dispose();
    agent.dispose();
  });
});
