import { box, discrete, type EnvSpec, Rng } from '@zpin/contracts';
import { type Algorithm, createEngine, decodePolicy, type Engine, encodePolicy, exportOnnx, policyActor } from '@zpin/core';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { algorithmCases } from './algorithms.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine('onnx');
});

const algorithms: readonly Algorithm[] = algorithmCases.map(({ algorithm }) => algorithm);
const observations = (rows: number) => new Rng(rows).uniformInto(new Float32Array(6 * rows), -1, 1);

const settings = [{ normalizeObservations: false }, { normalizeObservations: true, observationClip: 2 }];
const subjects = algorithmCases.flatMap(subject => settings.map(setting => ({ ...subject, setting, id: subject.algorithm.id })));

describe.each(subjects)('$id, $setting', ({ algorithm, actions, setting }) => {
  const spec: EnvSpec = {
    id: 'Six-v0',
    observationSpace: box({ low: -1, high: 1, shape: [6] }),
    actionSpace: actions.includes('discrete') ? discrete(5) : box({ low: [-1, 3], high: [1, 7] }),
    maxEpisodeSteps: 200,
    rewardThreshold: null,
  };
  const makeAgent = async () => {
    const agent = await algorithm.create({ spec, seed: 1, engine, config: { hiddenSizes: [32], numEnvs: 30, ...setting } });
    // Statistics of observations come from exploring.
    await agent.act(observations(30), 'explore');
    const policy = await agent.policy?.();
    if (!policy) throw new Error(`${algorithm.id} must have a policy`);
    return { agent, policy };
  };

  it('acts from an .onnx file as the agent does', async () => {
    const { agent, policy } = await makeAgent();
    const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms }));
    for (const rows of [1, 40]) {
      const obs = observations(rows);
      const { action } = await session.run({ obs: new ort.Tensor('float32', obs, [rows, 6]) });
      const [found, expected] = [Array.from(action.data as Float32Array), await agent.act(obs, 'exploit')];
      expect(found.length).toBe(expected.length);
      for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], 5);
      if (rows > 1) expect(new Set(found).size).toBeGreaterThan(1);
    }
  });

  it('acts from saved bytes as the agent does', async () => {
    const { agent, policy } = await makeAgent();
    const actor = policyActor(decodePolicy(encodePolicy(policy)), { algorithms, engine });
    const obs = observations(30);
    expect(await actor.act(obs, 'explore')).toEqual(await agent.act(obs, 'exploit'));
  });
});
