import { createEngine, decodePolicy, type Engine, encodePolicy, exportOnnx, policyActor } from '@zpin/core';
import { type AgentState, box, discrete, type EnvSpec, type NumericArray, Rng } from '@zpin/core/spec';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { dqn } from '../src/dqn.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine('onnx');
});

const algorithms = [dqn];
const limits = { maxEpisodeSteps: 200, rewardThreshold: null };
const spaces = {
  vectors: { space: box({ low: -1, high: 1, shape: [6] }), type: 'float32' },
  indices: { space: discrete(12), type: 'int32' },
} as const;

async function makeAgent(kind: keyof typeof spaces) {
  const spec: EnvSpec = { id: `${kind}-v0`, observationSpace: spaces[kind].space, actionSpace: discrete(5), ...limits };
  const agent = await dqn.create({ spec, seed: 1, engine, config: { hiddenSizes: [32] } });
  const state = await agent.state();
  const rng = new Rng(8);
  const vectors = { ...(state.vectors as Record<string, Float32Array>) };
  vectors.online = vectors.online.map(() => rng.standardNormal());
  await agent.restore({ ...state, vectors } as AgentState);
  return agent;
}

function observations(kind: keyof typeof spaces, rows: number): NumericArray {
  const rng = new Rng(rows);
  if (kind === 'indices') return Int32Array.from({ length: rows }, () => rng.integers(0, 12));
  return Float32Array.from({ length: rows * 6 }, () => rng.uniform(-1, 1));
}

describe.each(['vectors', 'indices'] as const)('DQN on %s', kind => {
  it('acts from an .onnx file as the agent does', async () => {
    const agent = await makeAgent(kind);
    const policy = await agent.policy?.();
    if (!policy) throw new Error('DQN must have a policy');
    const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms }));
    const seen = new Set<number>();
    for (const rows of [1, 40]) {
      const obs = observations(kind, rows);
      const { action } = await session.run({ obs: new ort.Tensor(spaces[kind].type, obs, [rows, obs.length / rows]) });
      const found = Array.from(action.data as Int32Array);
      expect(found).toEqual(Array.from(await agent.act(obs, 'exploit')));
      for (const choice of found) seen.add(choice);
    }
    expect(seen.size).toBeGreaterThan(1);
  });

  it('acts from saved bytes as the agent does, also among legal actions', async () => {
    const agent = await makeAgent(kind);
    const policy = await agent.policy?.();
    if (!policy) throw new Error('DQN must have a policy');
    const actor = policyActor(decodePolicy(encodePolicy(policy)), { algorithms, engine });
    const obs = observations(kind, 30);
    const rng = new Rng(2);
    const mask = Uint8Array.from({ length: 150 }, (_, i) => (i % 5 === 4 ? 1 : rng.integers(0, 2)));
    expect(await actor.act(obs, 'explore')).toEqual(await agent.act(obs, 'exploit'));
    const legal = await actor.act(obs, 'exploit', mask);
    expect(legal).toEqual(await agent.act(obs, 'exploit', mask));
    expect(Array.from(legal, (choice, i) => mask[5 * i + choice]).every(bit => bit === 1)).toBe(true);
  });
});
