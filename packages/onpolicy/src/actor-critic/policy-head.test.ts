import * as tf from '@tensorflow/tfjs-core';
import { box, type EnvSpec, type Space, SpaceError, tuple } from '@zpin/contracts';
import { createEngine } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { policyHead } from './policy-head.ts';

// Tensors are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

const INFINITY = Number.POSITIVE_INFINITY;
const specOf = (actionSpace: Space): EnvSpec => ({
  id: 'Tank-v0',
  observationSpace: box({ low: -1, high: 1 }),
  actionSpace,
  maxEpisodeSteps: null,
  rewardThreshold: null,
});
const row = (...values: number[]) => tf.tensor2d([values]);

describe('a Gaussian policy with scaleActions', () => {
  const mixed = specOf(box({ low: [0, -2, 7, 100, -INFINITY, -INFINITY], high: [1000, -1, 7, INFINITY, -5, INFINITY] }));
  const head = policyHead('ppo', mixed, { scaleActions: true });

  it('counts in half widths from the middle; in 1 from the only bound, or value, or 0', () => {
    const logStd = tf.tensor1d([0, 0, 0, 0, 0, 0]);
    const { distribution } = head;
    expectClose(distribution(row(0, 0, 0, 0, 0, 0), logStd).mode(), [500, -1.5, 7, 100, -5, 0]);
    expectClose(distribution(row(0.6, 1, 1, 1, 1, 1), logStd).sample(row(0, 1, 1, 1, 1, 1)), [800, -0.5, 9, 102, -3, 2]);
    const half = distribution(row(0, 0, 0, 0, 0, 0), tf.tensor1d([Math.log(0.1), 0, 0, 0, 0, 0]));
    expectClose(half.sample(row(1, 0, 0, 0, 0, 0)), [550, -1.5, 7, 100, -5, 0]);
  });

  it('plays its best action within the bounds', () => {
    expectClose(head.mode(row(0.6, -3, 4, -1, 1, 30)), [800, -2, 7, 100, -5, 30]);
  });

  it('gives densities in the numbers of the environment', () => {
    const one = policyHead('ppo', specOf(box({ low: 0, high: 1000 })), { scaleActions: true });
    const distribution = one.distribution(row(0.6), tf.tensor1d([0]));
    // N(800; 800, 500²)
    expectClose(distribution.logProb(row(800)), [-Math.log(500) - 0.5 * Math.log(2 * Math.PI)]);
  });

  it('is as without on a box of [-1, 1]', () => {
    const spec = specOf(box({ low: -1, high: 1, shape: [2] }));
    const [scaled, plain] = [true, false].map(scaleActions =>
      policyHead('ppo', spec, { scaleActions }).distribution(row(0.3, -2), tf.tensor1d([0.5, -1])),
    );
    expectClose(scaled.sample(row(0.7, 1)), Array.from(plain.sample(row(0.7, 1)).dataSync()));
    expectClose(scaled.entropy(), Array.from(plain.entropy().dataSync()));
  });
});

describe('policyHead', () => {
  it('warns of a Gaussian far from the bounds, unless it is scaled or squashed to them', () => {
    const spec = specOf(box({ low: [-1, 0], high: [1, 1000] }));
    expect(policyHead('ppo', spec).warning).toBe(
      'ppo: the actions of Tank-v0 are far from [-1, 1], element 1 in [0, 1000], and a Gaussian policy begins around 0 with ' +
        'deviation 1. Set scaleActions or squashActions to true, or wrap the environment in RescaleAction (rescale-action).',
    );
    for (const options of [{ scaleActions: true }, { squashActions: true }]) {
      expect(policyHead('ppo', spec, options).warning).toBeUndefined();
    }
    expect(policyHead('ppo', specOf(box({ low: 0, high: 1000, dtype: 'int32' }))).warning).toBeUndefined();
  });

  it('refuses to squash where there is nothing to squash to, and names the element', () => {
    const make = (space: Space) => () => policyHead('ppo', specOf(space), { squashActions: true });
    expect(make(box({ low: [-1, 3], high: [1, 3] }))).toThrow(/^ppo: .* low < high.*element 1 in \[3, 3\].*squashActions off/);
    expect(make(box({ low: 0, high: INFINITY }))).toThrow(/finite bounds.*element 0 in \[0, Infinity\]/);
    expect(make(tuple([]))).toThrow(SpaceError);
  });

  it('refuses integers without bounds, and names them', () => {
    const wide = box({ low: [0, 0], high: [1, 2 ** 31 - 1], dtype: 'int32' });
    expect(() => policyHead('ppo', specOf(wide))).toThrow(SpaceError);
    expect(() => policyHead('ppo', specOf(wide))).toThrow(
      'ppo: a Box of integers as actions of Tank-v0 must have bounds that leave at most 65536 choices in all, ' +
        'got "Box([2], int32) with 2147483650, element 1 in [0, 2147483647]". Narrow its bounds, or make it a Box of floats.',
    );
  });
});
