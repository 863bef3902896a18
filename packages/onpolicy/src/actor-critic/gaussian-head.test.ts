import * as tf from '@tensorflow/tfjs-core';
import { box, ConfigError, dict, discrete, type EnvSpec, Rng, type Space, SpaceError } from '@zpin/contracts';
import { createEngine, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { gaussianHead } from './gaussian-head.ts';
import { actorCritic } from './networks.ts';
import { policyHead } from './policy-head.ts';

// Tensors are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

const row = (...values: number[]) => tf.tensor2d([values]);
const two = box({ low: [-2, 0], high: [2, 10] });
const specOf = (actionSpace: Space): EnvSpec => ({
  id: 'Tank-v0',
  observationSpace: box({ low: -1, high: 1, shape: [3] }),
  actionSpace,
  maxEpisodeSteps: null,
  rewardThreshold: null,
});
const logTwoPi = Math.log(2 * Math.PI);

describe('a deviation that the network gives', () => {
  it('is e to the output, through exp, begun at initialLogStd', () => {
    const head = gaussianHead('ppo', 'Tank-v0', two, { actionDeviation: 'exp', initialLogStd: Math.log(2) });
    expect([head.outputSize, head.logStdSize]).toEqual([4, 0]);
    // Deviations 2 · e⁰ and 2 · e^(log 3) = 6.
    const distribution = head.distribution(row(1, 5, 0, Math.log(3)));
    expectClose(distribution.sample(row(1, -1)), [3, -1]);
    expectClose(distribution.logProb(row(3, -1)), [-1 - logTwoPi - Math.log(12)]);
    expectClose(head.mode(row(1, 50, 0, 0)), [1, 10]);
    // However large the output, the deviation stays finite: e² at most.
    expectClose(head.distribution(row(0, 0, 900, 900)).sample(row(1, 1)), [Math.exp(2), Math.exp(2)]);
  });

  it('is softplus of the output, 1e-4 at least', () => {
    const head = gaussianHead('ppo', 'Tank-v0', two, { actionDeviation: 'softplus' });
    // Begun at e⁰ = 1: softplus(0.5413) = 1. With 2 more it is log(1 + e^2.5413) = 2.6171.
    const begin = Math.log(Math.E - 1);
    expectClose(head.distribution(row(0, 0, 0, 2)).sample(row(1, 1)), [1.0001, Math.log1p(Math.exp(begin + 2)) + 1e-4]);
    expectClose(head.distribution(row(0, 0, -900, -900)).sample(row(1, 1)), [1e-4, 1e-4], 7);
  });

  it('goes with squashed actions too', () => {
    const head = gaussianHead('ppo', 'Tank-v0', two, { actionDeviation: 'exp', squashActions: true });
    const distribution = head.distribution(row(0.5, -1, Math.log(0.5), 0));
    expectClose(distribution.sample(row(1, 1)), [2 * Math.tanh(1), 5]);
    expectClose(head.mode(row(0.5, -1, 3, 3)), [2 * Math.tanh(0.5), 5 + 5 * Math.tanh(-1)]);
  });

  it('depends on the state, and has no parameters of its own', () => {
    const common = { hiddenSizes: [4], activation: 'tanh', initialLogStd: 0 } as const;
    const network = actorCritic('ppo', specOf(two), { ...common, actionDeviation: 'softplus' });
    expect(network.layout.entries.map(({ name }) => name)).not.toContain('logStd/value');
    const weights = Float32Array.from({ length: network.layout.size }, (_, i) => Math.sin(7 * i * i));
    const params = unflattenParams(network.layout, tf.tensor1d(weights));
    const entropies = network
      .policy(params, tf.tensor2d([1, 0, 0, 0, 1, -1], [2, 3]))
      .entropy()
      .dataSync();
    expect(Math.abs(entropies[0] - entropies[1])).toBeGreaterThan(1e-3);
    // The first policy has the first deviation nearly everywhere.
    const first = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(1))));
    const [entropy] = network
      .policy(first, row(1, -1, 0.5))
      .entropy()
      .dataSync();
    expect(entropy).toBeCloseTo(Math.log(2 * Math.PI * Math.E), 1);
  });
});

describe('boundMeans', () => {
  it('squashes the mean and leaves the deviation', () => {
    const head = gaussianHead('a3c', 'Tank-v0', two, { boundMeans: true });
    const distribution = head.distribution(row(0.5, -1), tf.tensor1d([0, Math.log(3)]));
    expectClose(distribution.mode(), [2 * Math.tanh(0.5), 5 + 5 * Math.tanh(-1)]);
    expectClose(distribution.sample(row(1, 1)), [2 * Math.tanh(0.5) + 1, 5 + 5 * Math.tanh(-1) + 3]);
    expectClose(head.mode(row(100, -100)), [2, 0]);
  });

  it('counts the deviation in half widths with scaleActions', () => {
    const head = gaussianHead('a3c', 'Tank-v0', two, { boundMeans: true, scaleActions: true });
    expectClose(head.distribution(row(0, 0), tf.tensor1d([0, 0])).sample(row(1, -1)), [2, 0]);
  });

  it('needs bounds, and no squashing beside it', () => {
    const open = box({ low: 0, high: Number.POSITIVE_INFINITY });
    expect(() => gaussianHead('a3c', 'Tank-v0', open, { boundMeans: true })).toThrow(SpaceError);
    expect(() => gaussianHead('a3c', 'Tank-v0', open, { boundMeans: true })).toThrow(
      /element 0 in \[0, Infinity\]".*Turn boundMeans off/,
    );
    expect(() => gaussianHead('a3c', 'Tank-v0', two, { boundMeans: true, squashActions: true })).toThrow(ConfigError);
  });
});

describe('a head of several parts', () => {
  const space = dict({ aim: two, gear: discrete(3, 5), lights: box({ low: 0, high: 1, shape: [2], dtype: 'uint8' }) });
  const head = policyHead('ppo', specOf(space), { boundMeans: true });

  it('joins the heads of its parts in the order of the row', () => {
    // Means of two numbers, three logits, two choices of two.
    expect(head).toMatchObject({ outputSize: 2 + 3 + 4, logStdSize: 2, noiseSize: 2 + 1 + 2, maskSize: 0 });
    const output = row(0, 0, 0, 9, 0, 0, 9, 9, 0);
    expectClose(head.mode(output), [0, 5, 6, 1, 0]);
    const distribution = head.distribution(output, tf.tensor1d([0, Math.log(2)]));
    expectClose(distribution.sample(row(1, -1, 0.5, 0.5, 0.5)), [1, 3, 6, 1, 0]);
  });

  it('draws for each number the noise of its kind', () => {
    const noise = head.drawNoise(new Rng(1), new Float32Array(5 * 400));
    const column = (k: number) => Array.from(noise).filter((_, i) => i % 5 === k);
    for (const k of [0, 1]) expect(Math.min(...column(k))).toBeLessThan(-1.5);
    for (const k of [2, 3, 4]) {
      expect(Math.min(...column(k))).toBeGreaterThanOrEqual(0);
      expect(Math.max(...column(k))).toBeLessThan(1);
      expect(Math.max(...column(k))).toBeGreaterThan(0.9);
    }
  });

  it('has rows of whole numbers where all parts are', () => {
    const whole = policyHead('ppo', specOf(dict({ a: discrete(2), b: discrete(4) })));
    expect(whole.action).toEqual({ type: 'int32', shape: ['batch', 2] });
    expect(whole.mode(row(0, 1, 0, 0, 3, 0)).dtype).toBe('int32');
  });
});
