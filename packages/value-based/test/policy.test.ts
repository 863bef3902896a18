import { type Agent, type AgentState, box, discrete, type EnvSpec, type NumericArray, Rng } from '@zpin/contracts';
import { type Algorithm, decodePolicy, encodePolicy, exportOnnx, policyActor } from '@zpin/core';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { compiledEngine } from '../../../tools/testing/algorithm-case.ts';
import { algorithmCases } from './algorithms.ts';

const limits = { maxEpisodeSteps: 200, rewardThreshold: null };
const spaces = {
  vectors: { space: box({ low: -1, high: 1, shape: [6] }), type: 'float32' },
  indices: { space: discrete(12), type: 'int32' },
} as const;

/** An agent whose online network is another one than its target network, with values that differ widely. */
async function makeAgent(algorithm: Algorithm, small: object, kind: keyof typeof spaces): Promise<Required<Agent>> {
  const spec: EnvSpec = { id: `${kind}-v0`, observationSpace: spaces[kind].space, actionSpace: discrete(5), ...limits };
  const agent = await algorithm.create({
    spec,
    seed: 1,
    engine: await compiledEngine(),
    config: { ...small, hiddenSizes: [32] },
  });
  const state = await agent.state();
  const rng = new Rng(8);
  const vectors = { ...(state.vectors as Record<string, Float32Array>) };
  vectors.online = vectors.online.map(() => rng.standardNormal());
  await agent.restore({ ...state, vectors } as AgentState);
  return agent as Required<Agent>;
}

function observations(kind: keyof typeof spaces, rows: number): NumericArray {
  const rng = new Rng(rows);
  if (kind === 'indices') return Int32Array.from({ length: rows }, () => rng.integers(0, 12));
  return Float32Array.from({ length: rows * 6 }, () => rng.uniform(-1, 1));
}

const cases = algorithmCases.flatMap(({ algorithm, small }) =>
  (['vectors', 'indices'] as const).map(kind => ({ id: algorithm.id, algorithm, small, kind })),
);

describe.each(cases)('the policy of $id on $kind', ({ algorithm, small, kind }) => {
  it('acts from an .onnx file as the agent does', async () => {
    const agent = await makeAgent(algorithm, small, kind);
    const session = await ort.InferenceSession.create(exportOnnx(await agent.policy(), { algorithms: [algorithm] }));
    const seen = new Set<number>();
    for (const rows of [1, 40]) {
      const obs = observations(kind, rows);
      const { action } = await session.run({ obs: new ort.Tensor(spaces[kind].type, obs, [rows, obs.length / rows]) });
      const found = Array.from(action.data as Int32Array);
      expect(found).toEqual(Array.from(await agent.act(obs, 'exploit')));
      for (const choice of found) seen.add(choice);
    }
    expect(seen.size).toBeGreaterThan(1);
    agent.dispose();
  });

  it('acts from saved bytes as the agent does, also among legal actions', async () => {
    const agent = await makeAgent(algorithm, small, kind);
    const policy = decodePolicy(encodePolicy(await agent.policy()));
    const actor = policyActor(policy, { algorithms: [algorithm], engine: await compiledEngine() });
    const obs = observations(kind, 40);
    const rng = new Rng(2);
    const mask = Uint8Array.from({ length: 200 }, (_, i) => (i % 5 === 4 ? 1 : rng.integers(0, 2)));
    const free = (await agent.act(obs, 'exploit')).slice();
    expect(await actor.act(obs, 'explore')).toEqual(free);
    expect(new Set(free).size).toBeGreaterThan(1);
    const legal = await actor.act(obs, 'exploit', mask);
    expect(legal).toEqual(await agent.act(obs, 'exploit', mask));
    expect(legal).not.toEqual(free);
    expect(Array.from(legal, (choice, i) => mask[5 * i + choice]).every(bit => bit === 1)).toBe(true);
    actor.dispose();
    agent.dispose();
  });
});
