import type { OnPolicyAgent } from '@zpin/contracts';
import { Rng } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { probeEnv } from '../../../tools/testing/probe-envs.ts';
import { type ReinforceConfig, reinforce, stepWeights } from '../src/reinforce.ts';

const beginning = { step: 0, totalSteps: 1 };

const engine = await createEngine('onnx');

describe('the weight of a step', () => {
  const steps = {
    rows: 3,
    returnToGo: Float32Array.of(3, 2, 1),
    wholeReturn: Float32Array.of(3, 3, 3),
    value: Float32Array.of(0.5, 1, 4),
  };
  const plain = { returns: 'toGo', baseline: false, normalizeAdvantage: false } as const;

  it.each([
    ['the return from it on', plain, [3, 2, 1]],
    ['the return of its episode', { ...plain, returns: 'whole' }, [3, 3, 3]],
    ['its return over the baseline', { ...plain, baseline: true }, [2.5, 1, -3]],
    ['of mean 0 and deviation 1', { ...plain, normalizeAdvantage: true }, [1, 0, -1]],
  ] as const)('is %s', (_what, config, expected) => {
    expect(Array.from(stepWeights(steps, config))).toEqual(expected.map(x => expect.closeTo(x, 6)));
  });
});

describe('an update', () => {
  const probe = {
    name: 'two actions',
    shows: '',
    obs: [0.5],
    starts: [0],
    outcomes: [
      [
        [1, null],
        [-2, null],
      ],
    ],
    q: [[1, -2]],
  } as const;
  const env = probeEnv(probe, 'discrete', 2);

  async function makeAgent(config: Partial<ReinforceConfig>) {
    const all = { numEnvs: 2, rolloutLength: 3, hiddenSizes: [8], ...config };
    return (await reinforce.create({ spec: env.spec, config: all, seed: 1, engine })) as OnPolicyAgent<ReinforceConfig>;
  }

  const rows = 6;
  const rollout = {
    numSteps: 3,
    numEnvs: 2,
    obs: new Float32Array(rows).fill(0.5),
    action: Int32Array.of(0, 1, 1, 0, 0, 1),
    reward: Float32Array.of(1, -2, -2, 1, 1, -2),
    terminated: new Uint8Array(rows).fill(1),
    truncated: new Uint8Array(rows),
    logProb: new Float32Array(rows),
    value: new Float32Array(rows),
    nextValue: new Float32Array(rows),
  };

  it('has the loss −mean(G log π), whatever fills up the batch', async () => {
    const agent = await makeAgent({ baseline: false });
    // The first policy is near uniform: both log-probabilities are −log 2 up to its small last layer.
    const metrics = await (await agent.update(rollout, beginning)).metrics.read();
    expect(metrics.policyLoss).toBeCloseTo(Math.log(2) * ((3 * 1 + 3 * -2) / 6), 1);
    expect(metrics.entropy).toBeCloseTo(Math.log(2), 2);
    expect(metrics.episodes).toBe(6);
  });

  it('makes the better action more probable, with and without a baseline', async () => {
    for (const baseline of [true, false]) {
      const agent = await makeAgent({ baseline, policyLearningRate: 0.03 });
      for (let i = 0; i < 5; i++) await agent.update(rollout, beginning);
      const many = await agent.act(new Float32Array(1000).fill(0.5), 'explore');
      expect(many.filter(action => action === 0).length).toBeGreaterThan(600);
      agent.dispose();
    }
  });

  it('leaves the value alone without a baseline', async () => {
    const agent = await makeAgent({ baseline: false });
    const vectorsNow = async () => (await agent.state()).vectors as Record<string, Float32Array>;
    const before = (await vectorsNow()).value;
    await agent.update(rollout, beginning);
    expect((await vectorsNow()).value).toEqual(before);
  });

  it('learns nothing before an episode has ended', async () => {
    const agent = await makeAgent({});
    const before = (await agent.state()).vectors;
    const metrics = await (await agent.update({ ...rollout, terminated: new Uint8Array(rows) }, beginning)).metrics.read();
    expect(metrics).toEqual({ episodes: 0 });
    expect((await agent.state()).vectors).toEqual(before);
  });

  it('fits the baseline to the returns', async () => {
    const agent = await makeAgent({ valueLearningRate: 0.02, valueEpochs: 100 });
    const rng = new Rng(1);
    const obs = rng.uniformInto(new Float32Array(rows));
    await agent.update({ ...rollout, obs, reward: obs.map(x => 3 * x) }, beginning);
    const values = new Float32Array(rows);
    await agent.value(obs, values);
    for (let i = 0; i < rows; i++) expect(values[i]).toBeCloseTo(3 * obs[i], 0);
  });
});

it('refuses an episode without an end, by name, instead of keeping its steps for ever', async () => {
  const endless = probeEnv({ name: 'endless', shows: '', obs: [0], starts: [0], outcomes: [[[1, 0]]], q: [[1]] }, 'discrete', 2);
  const config = { numEnvs: 2, rolloutLength: 8, hiddenSizes: [8], longestEpisode: 40 };
  const agent = await reinforce.create({ spec: endless.spec, config, seed: 1, engine });
  const steps: number[] = [];
  const run = async () => {
    for await (const { step } of reinforce.train({ agent, env: endless, totalSteps: 1000, seed: 1 })) steps.push(step);
  };
  await expect(run()).rejects.toThrow(
    'reinforce: episodes of Probe-v0 must end within 40 steps, got "48 steps and no end". Give the environment a time limit',
  );
  expect(steps.at(-1)).toBe(80);
  agent.dispose();
});
