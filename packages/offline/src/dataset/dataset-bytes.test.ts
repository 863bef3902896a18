import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { box, CheckpointError, discrete, type EnvSpec, InputError, Rng, SpaceError } from '@zpin/contracts';
import { encodeCheckpoint, encodePolicy } from '@zpin/core';
import { makeVectorEnv } from '@zpin/envs';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { maskedProbes, probeEnv } from '../../../../tools/testing/probe-envs.ts';
import { behaviour } from './behaviour.ts';
import { collectDataset } from './collect-dataset.ts';
import { decodeDataset, encodeDataset } from './dataset-bytes.ts';
import { loadDataset, saveDataset } from './dataset-file.ts';
import { datasetFromJsonLines } from './dataset-json-lines.ts';

const folder = mkdtempSync(join(tmpdir(), 'zpin-dataset-'));
afterAll(() => rmSync(folder, { recursive: true }));

const collect = (env = makeVectorEnv('Pendulum-v1', 2)) =>
  collectDataset({ env, actor: behaviour({ spec: env.spec, seed: 1 }), steps: 30, seed: 1, about: { behaviour: 'random' } });

describe('data sets as bytes', () => {
  it.each([
    ['floats', () => makeVectorEnv('Pendulum-v1', 2)],
    ['pixels and indices', () => makeVectorEnv('MinAtar/Breakout-v1', 1)],
    ['masks', () => probeEnv(maskedProbes[0], 'discrete', 2)],
  ])('come back bit for bit: %s', async (_name, make) => {
    const dataset = await collect(make());
    const path = join(folder, 'data.zpin');
    saveDataset(path, dataset);
    const read = loadDataset(path);
    expect(read.transitions).toEqual(dataset.transitions);
    expect(read.about).toEqual({ behaviour: 'random' });
    expect(read.checksum).toBe(dataset.checksum);
    const { id, observationSpace, actionSpace } = dataset.spec;
    expect(read.spec).toMatchObject({ id, observationSpace, actionSpace });
    const batches = [dataset, read].map(data => structuredClone(data.discounted(0.9).sample(5, new Rng(2))));
    expect(batches[1]).toEqual(batches[0]);
  });

  it('are refused when cut short or changed in any byte', async () => {
    const bytes = encodeDataset(await collect());
    expect(() => decodeDataset(bytes.subarray(0, bytes.length - 8))).toThrow(CheckpointError);
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const bad = bytes.slice();
        bad[at] ^= change;
        expect(() => decodeDataset(bad)).toThrow(CheckpointError);
      }),
    );
  });

  it('are refused when they hold something else', async () => {
    const { spec, transitions } = await collect();
    const header = { algorithm: 'ppo', env: spec.id, config: {}, seed: 0, step: 0 };
    expect(() => decodeDataset(encodeCheckpoint({ header, state: {} }))).toThrow(
      /must hold a data set, got "a checkpoint of ppo"/,
    );
    const policy = encodePolicy({ algorithm: 'sac', config: {}, spec, weights: new Float32Array(1) });
    expect(() => decodeDataset(policy, 'x.bin')).toThrow(/^x\.bin: the file must hold a data set, got "a policy of sac"/);
    const extra = { kind: 'dataset', spec: null, about: {} };
    expect(() => decodeDataset(encodeCheckpoint({ header: { ...header, extra }, state: { ...transitions } }))).toThrow(
      /must have a spec/,
    );
  });

  it('are checked number by number', async () => {
    const dataset = await collect();
    dataset.transitions.reward[7] = Number.NaN;
    expect(() => decodeDataset(encodeDataset(dataset))).toThrow(/reward of row 7 must be finite, got NaN/);
  });
});

describe('data sets in JSON lines', () => {
  const { spec } = makeVectorEnv('Pendulum-v1', 1);
  const line = { obs: [1, 0, 0.5], action: [1.5], reward: -2, nextObs: [0.5, 0.25, 1], terminated: false, truncated: true };

  it('are read row by row, a scalar as an array of one', () => {
    const text = `${JSON.stringify(line)}\n\n${JSON.stringify({ ...line, action: -1, reward: 3, truncated: undefined })}\n`;
    const { transitions } = datasetFromJsonLines(text, spec);
    expect(transitions).toEqual({
      obs: Float32Array.of(1, 0, 0.5, 1, 0, 0.5),
      action: Float32Array.of(1.5, -1),
      reward: Float32Array.of(-2, 3),
      nextObs: Float32Array.of(0.5, 0.25, 1, 0.5, 0.25, 1),
      terminated: Uint8Array.of(0, 0),
      truncated: Uint8Array.of(1, 1),
    });
  });

  it.each<[string, object | string, RegExp]>([
    ['no JSON', '{"obs":', /^file:2: a line must hold obs, .* got "no JSON"/],
    ['a missing field', { ...line, reward: undefined }, /^file:2: .*reward/],
    ['an unknown field', { ...line, done: true }, /^file:2: .*done/],
    ['too many numbers', { ...line, obs: [1, 2, 3, 4] }, /^file:2: obs must have 3 numbers as in Pendulum-v1, got 4/],
  ])('are refused with the line: %s', (_name, bad, expected) => {
    const text = `${JSON.stringify(line)}\n${typeof bad === 'string' ? bad : JSON.stringify(bad)}\n`;
    const read = () => datasetFromJsonLines(text, spec, 'file');
    expect(read).toThrow(InputError);
    expect(read).toThrow(expected);
  });

  it('are refused where a whole number is none, or wraps', () => {
    const whole = { id: 'Whole-v0', maxEpisodeSteps: null, rewardThreshold: null, actionSpace: discrete(2) };
    const states: EnvSpec = { ...whole, observationSpace: discrete(4) };
    const pixels: EnvSpec = { ...whole, observationSpace: box({ low: 0, high: 255, shape: [2], dtype: 'uint8' }) };
    const step = { obs: 3, action: 1, reward: 0, nextObs: 0, terminated: true };
    const picture = { ...step, obs: [0, 255], nextObs: [7, 8] };
    const read = (spec: EnvSpec, bad: object) => () => datasetFromJsonLines(JSON.stringify(bad), spec, 'file');
    expect(read(states, step)().size + read(pixels, picture)().size).toBe(2);
    for (const [given, text] of [
      [read(states, { ...step, action: 0.9 }), 'file:1: action: there must be whole numbers of 32 bits as in Whole-v0, got 0.9'],
      [read(states, { ...step, action: 2 ** 32 + 1 }), 'action: there must be whole numbers of 32 bits'],
      [read(states, { ...step, obs: 3.7 }), 'obs: there must be whole numbers'],
      [
        read(pixels, { ...picture, nextObs: [300, 8] }),
        'nextObs: there must be whole numbers in [0, 255] as in Whole-v0, got 300',
      ],
      [read(pixels, { ...picture, obs: [0, -1] }), 'got -1'],
    ] as const) {
      expect(given).toThrow(SpaceError);
      expect(given).toThrow(text);
    }
  });

  it('hold masks where the environment has them, in every line', () => {
    const masked: EnvSpec = {
      ...{ id: 'Masked-v0', maxEpisodeSteps: null, rewardThreshold: null, hasActionMask: true },
      ...{ observationSpace: discrete(2), actionSpace: discrete(2) },
    };
    const step = { obs: 0, action: 1, reward: 1, nextObs: 1, terminated: false, actionMask: [0, 1], nextActionMask: [1, 1] };
    const last = { ...step, obs: 1, terminated: true, actionMask: [1, 1], nextActionMask: [0, 0] };
    const read = (...lines: object[]) => datasetFromJsonLines(lines.map(line => JSON.stringify(line)).join('\n'), masked, 'file');
    const { actionMask, nextActionMask } = read(step, last).transitions;
    expect([actionMask, nextActionMask]).toEqual([Uint8Array.of(0, 1, 1, 1), Uint8Array.of(1, 1, 0, 0)]);
    const { actionMask: _, ...halfMasked } = last;
    const { nextActionMask: __, ...unmasked } = halfMasked;
    expect(() => read(step, unmasked)).toThrow('file:2: actionMask must be in all lines, or in none, got "a line without it"');
    expect(() => read(unmasked, step)).toThrow('file:2: actionMask must be in all lines, or in none, got "a line with it"');
    expect(() => read(halfMasked)).toThrow('masks must come in pairs');
    expect(() => read(unmasked)).toThrow('data of Masked-v0 must have masks, got "none". Pass actionMask and nextActionMask');
    expect(() => read({ ...step, actionMask: [1, 0] })).toThrow('action of row 0 must be legal by its mask');
  });

  it('come from files by their ending, and need a spec', () => {
    const path = join(folder, 'lines.jsonl');
    writeFileSync(path, JSON.stringify(line));
    expect(loadDataset(path, spec).size).toBe(1);
    expect(() => loadDataset(path)).toThrow(/the spec must be given with JSON lines/);
    writeFileSync(path, JSON.stringify({ ...line, action: [2.5] }));
    expect(() => loadDataset(path, spec)).toThrow(SpaceError);
    expect(() => loadDataset(join(folder, 'none.zpin'))).toThrow(/must be a readable file, got "ENOENT"/);
  });
});
