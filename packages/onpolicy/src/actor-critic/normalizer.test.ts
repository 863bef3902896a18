import * as tf from '@tensorflow/tfjs-core';
import { box, dict, discrete, type EnvSpec, Rng, type Rollout, SpaceError } from '@zpin/contracts';
import { createEngine, normalizedPolicy } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { Normalizer } from './normalizer.ts';

// Formulae are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

const spec: EnvSpec = {
  id: 'Test-v0',
  observationSpace: box({ low: -9, high: 9, shape: [2] }),
  actionSpace: discrete(2),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};
const both = {
  ...{ normalizeObservations: true, observationClip: 10, smallestDeviation: 0, normalizeRewards: true },
  ...{ numEnvs: 2, gamma: 0.5 },
};

function rolloutOf(part: Partial<Rollout>): Rollout {
  const rows = 4;
  return {
    numSteps: 2,
    numEnvs: 2,
    obs: new Float32Array(2 * rows),
    action: new Int32Array(rows),
    reward: new Float32Array(rows),
    terminated: new Uint8Array(rows),
    truncated: new Uint8Array(rows),
    logProb: new Float32Array(rows),
    value: new Float32Array(rows),
    nextValue: new Float32Array(rows),
    ...part,
  };
}

describe('observations', () => {
  it('pass as they are before anything was seen, and stay so while nothing is learned', () => {
    const normalizer = new Normalizer('test', spec, both);
    const obs = Float32Array.of(1, 2, 3, 4);
    for (let i = 0; i < 3; i++) expect(Array.from(normalizer.normalize(obs))).toEqual([1, 2, 3, 4]);
  });

  it('get mean 0 and deviation 1 by what was learned from', () => {
    const normalizer = new Normalizer('test', spec, both);
    normalizer.learn(Float32Array.of(1, 100, 3, 300));
    normalizer.learn(Float32Array.of(5, 500, 7, 700));
    // Means 4 and 400, variances 5 and 50 000.
    const [a, b] = normalizer.normalize(Float32Array.of(4 + Math.sqrt(5), 400 - 2 * Math.sqrt(50_000)));
    expect(a).toBeCloseTo(1, 5);
    expect(b).toBeCloseTo(-2, 5);
  });

  it('are cut at 10, also where a number never varied', () => {
    const normalizer = new Normalizer('test', spec, both);
    normalizer.learn(Float32Array.of(1, 0, 1, 2));
    expect(Array.from(normalizer.normalize(Float32Array.of(1.5, 1, 0.5, 1)))).toEqual([10, 0, -10, 0]);
  });

  it('are normalised in an exported policy bit for bit as in the agent', () => {
    const rng = new Rng(3);
    const normalizer = new Normalizer('test', spec, both);
    normalizer.learn(rng.standardNormalInto(new Float32Array(40)).map((x, i) => (i % 2 ? 1000 * x : x - 3)));
    const identity = { layout: { entries: [], size: 0 }, act: (_params: unknown, obs: tf.Tensor) => obs };
    const policy = normalizedPolicy(identity, spec.observationSpace, 10);
    const weights = normalizer.observations!.exportWith(new Float32Array(0));
    expect(policy.layout.size).toBe(weights.length);
    const params = {
      'normalizer/mean': tf.tensor1d(weights.subarray(0, 2)),
      'normalizer/scale': tf.tensor1d(weights.subarray(2)),
    };
    const obs = rng.standardNormalInto(new Float32Array(200)).map(x => 500 * x);
    expect(policy.act(params, tf.tensor2d(obs, [100, 2])).dataSync()).toEqual(normalizer.normalize(obs));
  });

  it('leave indices, bytes and scaled pictures among them as they are, in the agent and in its policy', () => {
    const observationSpace = dict({
      bytes: box({ low: 0, high: 255, shape: [2], dtype: 'uint8' }),
      context: discrete(50),
      eye: box({ low: 0, high: 255, shape: [8, 8] }),
      speed: box({ low: -9, high: 9, shape: [1] }),
    });
    const normalizer = new Normalizer('test', { ...spec, observationSpace }, both);
    const row = (speed: number) => Float32Array.from([200, 0, 49, ...new Array(64).fill(99), speed]);
    for (const speed of [1, 3]) normalizer.learn(row(speed));
    expect(normalizer.normalize(row(3))).toEqual(row(1));
    expect(normalizer.normalize(row(99))).toEqual(row(10));
    const identity = { layout: { entries: [], size: 0 }, act: (_params: unknown, obs: tf.Tensor) => obs };
    const weights = normalizer.observations!.exportWith(new Float32Array(0));
    const params = {
      'normalizer/mean': tf.tensor1d(weights.subarray(0, 68)),
      'normalizer/scale': tf.tensor1d(weights.subarray(68)),
    };
    const policy = normalizedPolicy(identity, observationSpace, 10);
    for (const speed of [3, 99, -99]) {
      expect(policy.act(params, tf.tensor2d(row(speed), [1, 68])).dataSync()).toEqual(normalizer.normalize(row(speed)));
    }
  });

  it('that are no floats are refused', () => {
    const pixels = { ...spec, observationSpace: box({ low: 0, high: 255, shape: [4, 4, 1], dtype: 'uint8' }) };
    expect(() => new Normalizer('ppo', pixels, both)).toThrow(SpaceError);
    expect(() => new Normalizer('ppo', pixels, both)).toThrow(
      /^ppo: observations of Test-v0 must have floats without a scale of their own to be normalised/,
    );
    expect(new Normalizer('ppo', pixels, { ...both, normalizeObservations: false }).isActive).toBe(true);
  });
});

describe('rewards', () => {
  it('are divided by the deviation of the discounted return, over rollouts and up to ends of both kinds', () => {
    const normalizer = new Normalizer('test', spec, both);
    const first = rolloutOf({ reward: Float32Array.of(1, 2, 3, 4), terminated: Uint8Array.of(0, 1, 0, 0) });
    const second = rolloutOf({ reward: Float32Array.of(1, 1, 1, 1), truncated: Uint8Array.of(1, 0, 0, 0) });
    // Returns so far, environment 0: 1, 3.5, 2.75, then 1 after the end; environment 1: 2, then 4 after the end, 3, 2.5.
    const returns = [1, 2, 3.5, 4, 2.75, 3, 1, 2.5];
    const deviation = (seen: readonly number[]) => {
      const mean = seen.reduce((sum, x) => sum + x, 0) / seen.length;
      return Math.sqrt(seen.reduce((sum, x) => sum + (x - mean) ** 2, 0) / seen.length);
    };
    const one = normalizer.normalizeRollout(first).reward;
    for (const [i, r] of [1, 2, 3, 4].entries()) expect(one[i]).toBeCloseTo(r / deviation(returns.slice(0, 4)), 5);
    const saved = structuredClone(normalizer.state());
    const two = normalizer.normalizeRollout(second).reward;
    for (const r of two) expect(r).toBeCloseTo(1 / deviation(returns), 5);
    const other = new Normalizer('test', spec, both);
    other.restore(saved);
    expect(other.normalizeRollout(second).reward).toEqual(two);
    expect(Array.from(first.reward), 'the rollout itself stays as it is').toEqual([1, 2, 3, 4]);
  });
});

it('does nothing when it is off', () => {
  const normalizer = new Normalizer('test', spec, { ...both, normalizeObservations: false, normalizeRewards: false });
  expect(normalizer.isActive).toBe(false);
  const obs = Float32Array.of(1, 2);
  normalizer.learn(obs);
  expect(normalizer.normalize(obs)).toBe(obs);
  const rollout = rolloutOf({ reward: Float32Array.of(1, 2, 3, 4) });
  expect(normalizer.normalizeRollout(rollout)).toEqual(rollout);
  expect(normalizer.observations).toBeNull();
  expect(normalizer.state()).toEqual({});
});

it('a cut forgets the returns of the episodes in progress, and nothing that was measured', () => {
  const [whole, cut] = [new Normalizer('test', spec, both), new Normalizer('test', spec, both)];
  for (const normalizer of [whole, cut]) normalizer.normalizeRollout(rolloutOf({ reward: Float32Array.of(4, 8, 4, 8) }));
  const before = whole.state();
  expect(before.returns).toEqual(Float64Array.of(6, 12));
  cut.cut();
  expect(cut.state()).toEqual({ ...before, returns: Float64Array.of(0, 0) });
  cut.normalizeRollout(rolloutOf({ reward: Float32Array.of(1, 1, 0, 0) }));
  expect(cut.state().returns).toEqual(Float64Array.of(0.5, 0.5));
});
