import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, type EnvSpec, Rng, type Space } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { optionHead } from './option-head.ts';

await createEngine('tensorflow', { backend: 'cpu' });
const spec = (actionSpace: Space): EnvSpec => ({
  ...{ id: 'Any-v0', observationSpace: discrete(3), actionSpace, maxEpisodeSteps: null, rewardThreshold: null },
});
/** Bounds that are not around 0, and not equally wide. */
const arm = box({ low: [-1, 2], high: [3, 2.5], shape: [2] });

describe('the head of a Box', () => {
  const head = optionHead('test', spec(arm));

  it('takes a mean and a deviation for each number of an action, and as much noise', () => {
    expect([head.size, head.normals, head.maskSize, head.action]).toEqual([4, 2, 0, ['batch', 2]]);
  });

  it('begins in the middle of the box, and reaches all of it', () => {
    const policy = head.policy(tf.zeros([2000, 4]));
    expect(Array.from(policy.mode().dataSync().slice(0, 2))).toEqual([1, 2.25]);
    const noise = new Rng(1).standardNormalInto(new Float32Array(4000));
    const actions = policy.sample(tf.tensor2d(noise, [2000, 2])).dataSync();
    const component = (k: number) => Array.from(actions).filter((_, i) => i % 2 === k);
    for (const [k, [low, high]] of [
      [-1, 3],
      [2, 2.5],
    ].entries()) {
      expect(Math.min(...component(k))).toBeGreaterThanOrEqual(low);
      expect(Math.max(...component(k))).toBeLessThanOrEqual(high);
      expect(Math.min(...component(k))).toBeLessThan(low + 0.05 * (high - low));
      expect(Math.max(...component(k))).toBeGreaterThan(high - 0.05 * (high - low));
    }
  });

  it('has a density that sums to 1 and an entropy that is the mean of it', () => {
    const line = optionHead('test', spec(box({ low: -2, high: 2, shape: [1] })));
    const points = 4001;
    const policy = line.policy(tf.tile(tf.tensor2d([[0.7, -0.4]]), [points, 1]));
    const width = 4 / points;
    const logProb = policy.logProb(tf.tensor2d(Array.from({ length: points }, (_, i) => [-2 + (i + 0.5) * width]))).dataSync();
    const sum = (values: Float32Array) => values.reduce((total, value) => total + value, 0) * width;
    expect(sum(logProb.map(x => Math.exp(x)) as Float32Array)).toBeCloseTo(1, 3);
    expect(sum(logProb.map(x => -x * Math.exp(x)) as Float32Array)).toBeCloseTo(policy.entropy().dataSync()[0], 3);
  });

  it('leads a mean back from any number, however large', () => {
    const slope = tf.grad(x => tf.sum(head.policy(x).mode()));
    for (const number of [6, -6]) {
      const [mean] = head
        .policy(tf.tensor2d([[number, 0, 0, 0]]))
        .mode()
        .dataSync();
      expect(Math.abs(mean - 1)).toBeLessThan(2 * Math.tanh(2.5));
      expect(slope(tf.tensor2d([[number, 0, 0, 0]])).dataSync()[0]).toBeGreaterThan(1e-4);
    }
  });
});

it('the head of Discrete actions is a softmax that obeys masks and begins with the first action', () => {
  const head = optionHead('test', spec(discrete(3, 5)));
  expect([head.size, head.normals, head.maskSize]).toEqual([3, 0, 3]);
  const policy = head.policy(tf.tensor2d([[0, 1, 5]]), tf.tensor2d([[1, 1, 0]]));
  expect(policy.mode().dataSync()[0]).toBe(6);
  expect(Math.exp(policy.logProb(tf.tensor1d([5], 'int32')).dataSync()[0])).toBeCloseTo(1 / (1 + Math.E), 6);
});
