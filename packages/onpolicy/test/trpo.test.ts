import { flatSize, type OnPolicyAgent, Rng, type Rollout, type Schedule } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import { describe, expect, it } from 'vitest';
import { type NpgConfig, npg } from '../src/npg.ts';
import { type TrpoConfig, trpo } from '../src/trpo.ts';

const beginning = { step: 0, totalSteps: 1 };

const engine = await createEngine('onnx');
const numEnvs = 2;
const rolloutLength = 20;
const small = { numEnvs, rolloutLength, hiddenSizes: [8], batchSize: 20, valueEpochs: 2 };

async function makeAgent(id: string, config: Partial<TrpoConfig>): Promise<OnPolicyAgent<TrpoConfig>> {
  const { spec } = makeVectorEnv(id, numEnvs);
  return (await trpo.create({ spec, config: { ...small, ...config }, seed: 1, engine })) as OnPolicyAgent<TrpoConfig>;
}

/** What the agent's own policy does on random observations, with random rewards. */
async function rolloutOf(agent: OnPolicyAgent<unknown>, id: string, seed = 1): Promise<Rollout> {
  const rng = new Rng(seed);
  const rows = numEnvs * rolloutLength;
  const obsSize = flatSize(makeVectorEnv(id, numEnvs).spec.observationSpace);
  const obs = rng.standardNormalInto(new Float32Array(rows * obsSize));
  const [logProb, value] = [new Float32Array(rows), new Float32Array(rows)];
  const action = (await agent.explore(obs, logProb, value)).slice();
  return {
    numSteps: rolloutLength,
    numEnvs,
    obs,
    action,
    reward: rng.standardNormalInto(new Float32Array(rows)),
    terminated: new Uint8Array(rows).fill(1),
    truncated: new Uint8Array(rows),
    logProb,
    value,
    nextValue: new Float32Array(rows),
  };
}

const policyOf = async (agent: OnPolicyAgent<unknown>) =>
  ((await agent.state()).vectors as Readonly<Record<string, Float32Array>>).policy.slice();

describe.each(['CartPole-v1', 'Pendulum-v1'])('TRPO on %s', id => {
  it('improves the surrogate within the trust region', async () => {
    const agent = await makeAgent(id, {});
    const before = await policyOf(agent);
    const metrics = await (await agent.update(await rolloutOf(agent, id), beginning)).metrics.read();
    expect(await policyOf(agent)).not.toEqual(before);
    expect(metrics.stepFraction).toBeGreaterThan(0);
    expect(metrics.improvement).toBeGreaterThan(0);
    expect(metrics.kl).toBeGreaterThan(0);
    expect(metrics.kl).toBeLessThanOrEqual(0.01);
  });

  it('does what its expansion says where steps are small', async () => {
    // To first order the surrogate grows by gᵀs; to second order the divergence is δ, without damping.
    const agent = await makeAgent(id, { maxKl: 1e-6, damping: 1e-4, cgIterations: 40, lineSearchShrink: 0.99 });
    const metrics = await (await agent.update(await rolloutOf(agent, id), beginning)).metrics.read();
    expect(metrics.improvement / (metrics.stepFraction * metrics.expectedImprovement)).toBeCloseTo(1, 1);
    expect(metrics.kl / (metrics.stepFraction ** 2 * 1e-6)).toBeCloseTo(1, 0);
  });

  it('keeps the old policy, bit for bit, when the line search fails', async () => {
    // Advantages of 0 give nothing to improve: no candidate is better than the old policy.
    const agent = await makeAgent(id, { normalizeAdvantage: false });
    const before = await policyOf(agent);
    const rollout = await rolloutOf(agent, id);
    const metrics = await (await agent.update({ ...rollout, reward: rollout.value.slice() }, beginning)).metrics.read();
    expect(metrics).toMatchObject({ stepFraction: 0, improvement: 0, kl: 0, tries: 10 });
    expect(await policyOf(agent)).toEqual(before);
  });

  it('keeps the old policy when every candidate goes too far', async () => {
    // The quadratic model is wrong for a huge region: where the divergence is far greater than δ, one try must not be taken.
    const agent = await makeAgent(id, { maxKl: 5, damping: 0, lineSearchSteps: 1, cgIterations: 30 });
    const before = await policyOf(agent);
    const metrics = await (await agent.update(await rolloutOf(agent, id), beginning)).metrics.read();
    expect(metrics.stepFraction).toBe(0);
    expect(await policyOf(agent)).toEqual(before);
  });
});

it.each([['trpo', trpo] as const, ['npg', npg] as const])('%s takes its bound from a schedule', async (_, algorithm) => {
  const { spec } = makeVectorEnv('CartPole-v1', numEnvs);
  const klAt = async (maxKl: Schedule, step: number) => {
    const agent = (await algorithm.create({ spec, config: { ...small, maxKl }, seed: 1, engine })) as OnPolicyAgent<unknown>;
    const rollout = await rolloutOf(agent, 'CartPole-v1', 4);
    return (await (await agent.update(rollout, { step, totalSteps: 100 })).metrics.read()).kl;
  };
  const falling: Schedule = { type: 'linear', from: 2e-3, to: 0 };
  expect(await klAt(falling, 0)).toBe(await klAt(2e-3, 0));
  expect(await klAt(falling, 50)).toBe(await klAt(1e-3, 0));
  expect(await klAt(falling, 100)).toBe(0);
});

it('NPG makes the whole step of TRPO', async () => {
  const { spec } = makeVectorEnv('CartPole-v1', numEnvs);
  const config = { ...small, maxKl: 1e-3 };
  const natural = (await npg.create({ spec, config, seed: 1, engine })) as OnPolicyAgent<NpgConfig>;
  const trusting = await makeAgent('CartPole-v1', { maxKl: 1e-3 });
  expect(await policyOf(natural)).toEqual(await policyOf(trusting));
  const rollout = await rolloutOf(trusting, 'CartPole-v1', 4);
  const one = await (await natural.update(rollout, beginning)).metrics.read();
  const other = await (await trusting.update(rollout, beginning)).metrics.read();
  expect(other.stepFraction).toBe(1);
  expect(one.kl).toBeCloseTo(other.kl, 7);
  const expected = await policyOf(trusting);
  for (const [i, weight] of (await policyOf(natural)).entries()) expect(weight).toBeCloseTo(expected[i], 6);
});
