import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type AgentState,
  box,
  createRows,
  dict,
  discrete,
  type EnvSpec,
  flatSize,
  flatten,
  multiDiscrete,
  type OnPolicyAgent,
  type Policy,
  Rng,
  sample,
} from '@zpin/contracts';
import { createEngine, type Engine, evaluate, exportOnnx } from '@zpin/core';
import { loadPolicy, savePolicy } from '@zpin/core/node';
import { makeVectorEnv } from '@zpin/envs';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PpoConfig, ppo } from '../src/ppo.ts';

let engine: Engine;
let folder = '';
beforeAll(async () => {
  engine = await createEngine('onnx');
  folder = mkdtempSync(join(tmpdir(), 'zpin-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const algorithms = [ppo];
const limits = { maxEpisodeSteps: null, rewardThreshold: null };
const specs: Record<'discrete' | 'continuous' | 'pixels' | 'parts', EnvSpec> = {
  discrete: { id: 'Discrete-v0', observationSpace: box({ low: -5, high: 5, shape: [4] }), actionSpace: discrete(3), ...limits },
  continuous: {
    id: 'Continuous-v0',
    observationSpace: box({ low: -5, high: 5, shape: [3] }),
    actionSpace: box({ low: [-0.25, Number.NEGATIVE_INFINITY], high: [0.25, 0.125] }),
    ...limits,
  },
  pixels: {
    id: 'Pixels-v0',
    observationSpace: box({ low: 0, high: 255, shape: [10, 10, 2], dtype: 'uint8' }),
    actionSpace: discrete(4),
    ...limits,
  },
  parts: {
    id: 'Parts-v0',
    observationSpace: dict({
      counts: multiDiscrete([3, 3, 2, 1]),
      eye: box({ low: 0, high: 255, shape: [5, 6, 2], dtype: 'uint8' }),
      place: discrete(4, -2),
      speed: box({ low: -5, high: 5, shape: [3] }),
    }),
    actionSpace: discrete(12),
    ...limits,
  },
};

/** An agent whose policy is far from uniform: its weights, twenty-fold. */
async function makeAgent(spec: EnvSpec): Promise<OnPolicyAgent<PpoConfig> & { policy(): Policy }> {
  const agent = (await ppo.create({ spec, seed: 3, engine, config: { hiddenSizes: [16, 8] } })) as OnPolicyAgent<PpoConfig>;
  const state = await agent.state();
  const vectors = state.vectors as Record<string, Float32Array>;
  const parameters = vectors.parameters.map(weight => 20 * weight + 0.01);
  await agent.restore({ ...state, vectors: { ...vectors, parameters } } as AgentState);
  return agent as OnPolicyAgent<PpoConfig> & { policy(): Policy };
}

function observations({ observationSpace }: EnvSpec, rows: number) {
  const rng = new Rng(rows);
  if (observationSpace.type !== 'box') {
    const all = createRows(observationSpace, rows);
    for (let i = 0; i < rows; i++) flatten(observationSpace, sample(observationSpace, rng), all, i * flatSize(observationSpace));
    return all;
  }
  const size = rows * observationSpace.low.length;
  if (observationSpace.dtype === 'uint8') return Uint8Array.from({ length: size }, () => rng.integers(0, 256));
  return Float32Array.from({ length: size }, () => rng.uniform(-5, 5));
}

describe.each(['discrete', 'continuous', 'pixels', 'parts'] as const)('PPO with %s', kind => {
  const spec = specs[kind];
  const type = kind === 'pixels' ? 'uint8' : 'float32';

  it('acts from an .onnx file as the agent does, whatever the number of rows', async () => {
    const agent = await makeAgent(spec);
    const session = await ort.InferenceSession.create(exportOnnx(await agent.policy(), { algorithms }));
    const seen = new Set<number>();
    for (const rows of [1, 7, 64]) {
      const obs = observations(spec, rows);
      const expected = await agent.act(obs, 'exploit');
      const { action } = await session.run({ obs: new ort.Tensor(type, obs, [rows, obs.length / rows]) });
      expect(action.dims).toEqual(kind === 'continuous' ? [rows, 2] : [rows]);
      expect(action.type).toBe(kind === 'continuous' ? 'float32' : 'int32');
      const found = action.data as Float32Array | Int32Array;
      found.forEach((value, i) => {
        expect(value).toBe(expected[i]);
        seen.add(value);
      });
    }
    expect(seen.size).toBeGreaterThan(2);
  });

  it('acts from a saved file bit for bit as the agent does', async () => {
    const agent = await makeAgent(spec);
    const path = join(folder, `${kind}.bin`);
    savePolicy(path, await agent.policy());
    const actor = loadPolicy(path, { algorithms, engine });
    expect(actor.policy.spec).toEqual(spec);
    expect(actor.policy.config).toEqual(agent.config);
    for (const rows of [1, 33]) {
      const obs = observations(spec, rows);
      expect(await actor.act(obs, 'exploit')).toEqual(await agent.act(obs, 'exploit'));
    }
    actor.dispose();
  });
});

it('keeps greedy continuous actions within finite bounds', async () => {
  const agent = await makeAgent(specs.continuous);
  const actions = await agent.act(observations(specs.continuous, 200), 'exploit');
  const first = actions.filter((_, i) => i % 2 === 0);
  const second = actions.filter((_, i) => i % 2 === 1);
  expect([Math.min(...first), Math.max(...first), Math.max(...second)]).toEqual([-0.25, 0.25, 0.125]);
  expect(Math.min(...second)).toBeLessThan(-0.25);
});

it('obeys a mask of legal actions in the file too', async () => {
  const agent = await makeAgent(specs.discrete);
  const bytes = exportOnnx(await agent.policy(), { algorithms, actionMask: true });
  const session = await ort.InferenceSession.create(bytes);
  const obs = observations(specs.discrete, 50);
  const free = (await agent.act(obs, 'exploit')).slice();
  const mask = Uint8Array.from({ length: 150 }, (_, i) => (free[Math.floor(i / 3)] === i % 3 ? 0 : 1));
  const { action } = await session.run({
    obs: new ort.Tensor('float32', obs, [50, 4]),
    actionMask: new ort.Tensor('uint8', mask, [50, 3]),
  });
  const found = Array.from(action.data as Int32Array);
  expect(found).toEqual(Array.from(await agent.act(obs, 'exploit', mask)));
  expect(found.every((choice, i) => choice !== free[i])).toBe(true);
});

it('takes a mask in the file and when loaded, where the environment has masks', async () => {
  const masked = { ...specs.discrete, hasActionMask: true };
  const agent = await makeAgent(masked);
  const policy = await agent.policy();
  const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms }));
  expect(session.inputNames).toEqual(['obs', 'actionMask']);
  expect(() => exportOnnx(policy, { algorithms, actionMask: false })).toThrow(/the model must take an actionMask, as/);

  const path = join(folder, 'masked.bin');
  savePolicy(path, policy);
  const actor = loadPolicy(path, { algorithms, engine });
  expect(actor.policy.spec).toEqual(masked);
  const obs = observations(masked, 2);
  const mask = Uint8Array.of(0, 1, 0, 0, 0, 1);
  expect(await actor.act(obs, 'exploit', mask)).toEqual(Int32Array.of(1, 2));
  const act = async (given?: Uint8Array) => actor.act(obs, 'exploit', given);
  await expect(act()).rejects.toThrow(/the policy of ppo: there must be a mask of legal actions/);
  await expect(act(new Uint8Array(6))).rejects.toThrow(/row 0 of the mask must leave at least one of 3 actions legal/);
  await expect(act(mask.subarray(3))).rejects.toThrow(/3 numbers for each of 2 rows, got 3/);
  actor.dispose();
});

it('plays the same episodes when loaded', async () => {
  const env = () => makeVectorEnv('CartPole-v1', 3);
  const agent = await makeAgent(env().spec);
  const path = join(folder, 'cart-pole.bin');
  savePolicy(path, await agent.policy());
  const actor = loadPolicy(path, { algorithms, engine });
  expect(await evaluate(actor, env(), 6, 5)).toEqual(await evaluate(agent, env(), 6, 5));
  expect(makeVectorEnv(actor.policy.spec.id, 1).spec).toEqual(actor.policy.spec);
});
