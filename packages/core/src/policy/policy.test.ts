import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { box, CheckpointError, dict, discrete, type EnvSpec, field, type Policy, ProgramError } from '@zpin/contracts';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { messages, readProtobuf, texts } from '../../test/read-protobuf.ts';
import type { Algorithm, PolicyOptions } from '../algorithm/algorithm.ts';
import { encodeCheckpoint } from '../checkpoint/checkpoint.ts';
import { type ConfigOf, configSchema } from '../config/config-schema.ts';
import { layout } from '../nn/layout.ts';
import type { PolicyNetwork } from '../nn/policy-network.ts';
import { createEngine } from '../program/create-engine.ts';
import type { Engine } from '../program/engine.ts';
import { exportOnnx } from './export-onnx.ts';
import { policyActor } from './policy-actor.ts';
import { decodePolicy, encodePolicy } from './policy-bytes.ts';
import { loadPolicy, savePolicy } from './policy-file.ts';

const spec: EnvSpec = {
  id: 'Line-v0',
  observationSpace: box({ low: Number.NEGATIVE_INFINITY, high: 8, shape: [2] }),
  actionSpace: box({ low: -1, high: 1, shape: [1] }),
  maxEpisodeSteps: 20,
  rewardThreshold: null,
};

const config = configSchema({ outputs: field.count({ default: 1, meaning: 'actions' }) });
type Config = ConfigOf<typeof config>;

/** Action = obs · weight + bias; `value/unused` is a weight that it does not read. */
function linear({ config: { outputs } }: PolicyOptions<Config>): PolicyNetwork {
  return {
    layout: layout([
      ['weight', [2, outputs]],
      ['value/unused', [3]],
      ['bias', [outputs]],
    ]),
    act: (params, obs) => tf.add(tf.matMul(obs as tf.Tensor2D, params.weight as tf.Tensor2D), params.bias),
  };
}

function algorithm(policy?: Algorithm<Config>['policy'], id = 'linear'): Algorithm<Config> {
  const refuse = () => {
    throw new Error('not for training');
  };
  const regime = { learnsFrom: 'steps', spaces: { actions: ['box'] }, copies: () => 1 } as const;
  return {
    id,
    title: id,
    paper: 'none',
    ...regime,
    config,
    presets: {},
    create: refuse,
    train: refuse,
    ...(policy && { policy }),
  };
}

const algorithms = [algorithm(undefined, 'planner'), algorithm(linear)];
const weights = Float32Array.of(2, -3, 7, 8, 9, 0.5);
const policy: Policy = { algorithm: 'linear', config: { outputs: 1 }, spec, weights };

let engine: Engine;
let folder = '';
beforeAll(async () => {
  engine = await createEngine('onnx');
  folder = mkdtempSync(join(tmpdir(), 'zpin-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('policyActor', () => {
  it('acts with the weights', async () => {
    const actor = policyActor(policy, { algorithms, engine });
    // 2·1 − 3·1 + 0.5 and 2·4 − 3·0.5 + 0.5
    expect(await actor.act(Float32Array.of(1, 1, 4, 0.5), 'exploit')).toEqual(Float32Array.of(-0.5, 7));
    actor.dispose();
  });

  it('refuses a policy of none of the algorithms, and weights or settings that do not fit', () => {
    const act = (changes: Partial<Policy>) => () => policyActor({ ...policy, ...changes }, { algorithms, engine });
    expect(act({ algorithm: 'sac' })).toThrow(CheckpointError);
    expect(act({ algorithm: 'sac' })).toThrow('the policy must be of one of the algorithms linear, got "sac"');
    expect(act({ algorithm: 'planner' })).toThrow('must be of one of the algorithms linear, got "planner"');
    expect(act({ weights: new Float32Array(5) })).toThrow('policyActor: the policy must have 6 weights, got 5');
    expect(act({ config: { outputs: 2 } })).toThrow('the policy must have 9 weights, got 6');
    expect(act({ config: { output: 1 } })).toThrow('output must be a known setting');
  });
});

describe('policy files', () => {
  it('keep everything: any weights bit for bit, spaces with infinite bounds and parts', () => {
    const nested = dict({ goal: spec.observationSpace, place: discrete(7, 2) });
    fc.assert(
      fc.property(fc.float32Array(), values => {
        const given = { ...policy, weights: values, spec: { ...spec, observationSpace: nested, rewardThreshold: -3.5 } };
        expect(decodePolicy(encodePolicy(given))).toEqual(given);
      }),
      { numRuns: 50 },
    );
  });

  it('are refused when torn at any place', () => {
    const bytes = encodePolicy(policy);
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodePolicy(bytes.subarray(0, length)), `${length} bytes`).toThrow(CheckpointError);
    }
  });

  it('are refused when a bit of the weights flipped', () => {
    const bytes = encodePolicy(policy);
    bytes[bytes.length - 8] ^= 1;
    expect(() => decodePolicy(bytes)).toThrow('arrays with another checksum');
  });

  it('are refused when foreign, and so is the checkpoint of a run', () => {
    const path = join(folder, 'policy.bin');
    const load = () => loadPolicy(path, { algorithms, engine });
    expect(load).toThrow(`${path} must be a readable file, got "ENOENT"`);
    writeFileSync(path, 'a text that is no policy');
    expect(load).toThrow(`${path}: the file must be a checkpoint, beginning with ZPINCKPT, got "a text t"`);
    const header = { algorithm: 'linear', env: spec.id, config: {}, seed: 0, step: 10 };
    writeFileSync(path, encodeCheckpoint({ header, state: { weights } }));
    expect(load).toThrow(`${path}: the file must hold a policy, got "a checkpoint of linear"`);
    const extra = { kind: 'policy', spec: { id: 'Line-v0' } };
    writeFileSync(path, encodeCheckpoint({ header: { ...header, extra }, state: { weights } }));
    expect(load).toThrow('a policy must have a spec and weights');
  });

  it('hold a policy that acts', async () => {
    const path = join(folder, 'line.bin');
    savePolicy(path, policy);
    expect(decodePolicy(readFileSync(path))).toEqual(policy);
    const actor = loadPolicy(path, { algorithms, engine });
    expect(await actor.act(Float32Array.of(0, -1), 'exploit')).toEqual(Float32Array.of(3.5));
  });
});

describe('exportOnnx', () => {
  it('writes weights by name, a free batch axis, and what it was made for', () => {
    const model = readProtobuf(exportOnnx(policy, { algorithms }));
    const [graph] = messages(model, 7);
    expect(messages(graph, 5).flatMap(tensor => texts(tensor, 8))).toEqual(['weights/weight', 'weights/bias']);
    expect(messages(graph, 11).flatMap(input => texts(input, 1))).toEqual(['obs']);
    const [output] = messages(graph, 12);
    const [shape] = messages(messages(messages(output, 2)[0], 1)[0], 2);
    expect(messages(shape, 1).map(axis => texts(axis, 2)[0] ?? axis.get(1)?.[0])).toEqual(['batch', 1n]);
    const metadata = Object.fromEntries(messages(model, 14).map(entry => [texts(entry, 1)[0], texts(entry, 2)[0]]));
    expect(metadata).toMatchObject({ algorithm: 'linear', environment: 'Line-v0' });
    expect(JSON.parse(metadata.spec)).toMatchObject({
      observationSpace: { type: 'box', shape: [2], low: '-Infinity', high: 8 },
      actionSpace: { type: 'box', low: -1, high: 1 },
    });
  });

  it('fixes the number of rows on request', async () => {
    const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms, batchSize: 2 }));
    const run = (rows: number) => session.run({ obs: new ort.Tensor('float32', new Float32Array(2 * rows), [rows, 2]) });
    expect((await run(2)).action.data).toEqual(Float32Array.of(0.5, 0.5));
    await expect(run(3)).rejects.toThrow(/Got: 3 Expected: 2/);
  });

  it('refuses a graph that depends on the number of rows unless it is fixed', async () => {
    const centred = algorithm(() => ({
      layout: layout([['weight', [6]]]),
      act: (params, obs) => tf.sub(tf.slice(params.weight, [0], [2]), tf.mul(obs, 1 / (obs.shape[0] as number))),
    }));
    expect(() => exportOnnx(policy, { algorithms: [centred] })).toThrow(ProgramError);
    expect(() => exportOnnx(policy, { algorithms: [centred] })).toThrow('Pass batchSize');
    const session = await ort.InferenceSession.create(exportOnnx(policy, { algorithms: [centred], batchSize: 2 }));
    const { action } = await session.run({ obs: new ort.Tensor('float32', Float32Array.of(2, 4, 6, 8), [2, 2]) });
    expect(action.data).toEqual(Float32Array.of(1, -5, -1, -7));
    const padded = algorithm(() => ({
      layout: layout([['weight', [6]]]),
      act: (params, obs) => tf.add(tf.sum(params.weight), tf.tile(tf.slice(obs, [0, 0], [1, 2]), [obs.shape[0] as number, 1])),
    }));
    expect(() => exportOnnx(policy, { algorithms: [padded] })).toThrow('Pass batchSize');
  });

  it('refuses senseless options', () => {
    expect(() => exportOnnx(policy, { algorithms, batchSize: 0 })).toThrow(
      'exportOnnx: batchSize must be a whole number > 0, got 0',
    );
    expect(() => exportOnnx(policy, { algorithms, actionMask: true })).toThrow('only Discrete actions have masks, got "box"');
  });
});
