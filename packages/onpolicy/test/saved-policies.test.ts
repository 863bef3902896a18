import { type Agent, Rng } from '@zpin/contracts';
import { type Algorithm, exportOnnx, type PolicyOptions, policyActor } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import * as ort from 'onnxruntime-node';
import { describe, expect, it, test } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { ppo } from '../src/ppo.ts';
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

test('a policy with actions of two kinds acts as the agent, saved and as an ONNX model', async () => {
  const engine = await compiledEngine();
  const env = makeVectorEnv('Golf-v0', 2);
  const config = { numEnvs: 2, rolloutLength: 32, hiddenSizes: [8], actionDeviation: 'exp' } as const;
  const agent = await ppo.create({ spec: env.spec, config, seed: 1, engine });
  for await (const _ of ppo.train({ agent, env, totalSteps: 256, seed: 1 }));
  const obs = Float32Array.from({ length: 40 }, (_, i) => i / 40);
  const expected = Array.from(await agent.act(obs, 'exploit'));
  expect(expected.filter((_, i) => i % 2 === 0).every(club => Number.isInteger(club) && club >= 0 && club < 3)).toBe(true);
  const policy = await (agent as Required<Agent>).policy();
  if (!policy) throw new Error('there must be a policy');
  const actor = policyActor(policy, { algorithms: [ppo], engine });
  expect(Array.from(await actor.act(obs, 'exploit'))).toEqual(expected);
  const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms: [ppo] }));
  const { action } = await session.run({ obs: new ort.Tensor('float32', obs, [20, 2]) });
  expect(action.dims).toEqual([20, 2]);
  expectClose(action.data as Float32Array, expected);
  actor.dispose();
  agent.dispose();
});
