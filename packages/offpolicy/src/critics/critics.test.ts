import * as tf from '@tensorflow/tfjs-core';
import { box, discrete, Rng } from '@zpin/contracts';
import { createEngine, unflattenParams } from '@zpin/core';
import { describe, expect, it } from 'vitest';
import { critics, meanError, smallest } from './critics.ts';

// Tensors are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

const options = { actionSize: 2, hiddenSizes: [], activation: 'relu', count: 2 } as const;
const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('critics', () => {
  it('are functions of observation and action with weights of their own', () => {
    const network = critics({ observationSpace: box({ low: -1, high: 1, shape: [1] }), ...options });
    // Without hidden layers: weights of [obs, action 0, action 1] and a bias, for each critic.
    expect(network.layout.size).toBe(8);
    const params = unflattenParams(network.layout, tf.tensor1d([1, 10, 100, 0.5, -1, 2, 3, 0]));
    const q = network.apply(
      params,
      tf.tensor2d([2, 3], [2, 1]),
      tf.tensor2d([
        [4, 5],
        [6, 7],
      ]),
    );
    expect(q.map(numbers)).toEqual([
      [2 + 40 + 500 + 0.5, 3 + 60 + 700 + 0.5],
      [-2 + 8 + 15, -3 + 12 + 21],
    ]);
    expect(numbers(smallest(q))).toEqual([21, 30]);
  });

  it('with normalised layers see which of their units says more, not by how much', () => {
    const network = critics({
      observationSpace: box({ low: -1, high: 1, shape: [1] }),
      ...options,
      ...{ actionSize: 1, hiddenSizes: [2], layerNorm: true, count: 1 },
    });
    // The units are observation and action; gains 2 and 3; the output is 10 of the first and 100 of the second, and 5.
    const params = unflattenParams(network.layout, tf.tensor1d([1, 0, 0, 1, 0, 0, 2, 3, 0, 0, 10, 100, 5]));
    const [q] = network.apply(params, tf.tensor2d([4, 400, -7], [3, 1]), tf.tensor2d([2, 2, 300], [3, 1]));
    for (const [i, expected] of [25, 25, 305].entries()) expect(numbers(q)[i]).toBeCloseTo(expected, 3);
  });

  it('see an index as one-hot', () => {
    const network = critics({ observationSpace: discrete(3), ...options, count: 1 });
    const params = unflattenParams(network.layout, tf.tensor1d([1, 2, 3, 10, 20, 0]));
    const [q] = network.apply(
      params,
      tf.tensor2d([2, 0], [2, 1], 'int32'),
      tf.tensor2d([
        [1, 0],
        [0, 1],
      ]),
    );
    expect(numbers(q)).toEqual([13, 21]);
  });

  it('start with different weights', () => {
    const network = critics({ observationSpace: box({ low: -1, high: 1, shape: [3] }), ...options, hiddenSizes: [8] });
    const first = network.init(new Rng(1));
    const half = first.length / 2;
    expect(first.subarray(0, half)).not.toEqual(first.subarray(half));
    expect(network.init(new Rng(1))).toEqual(first);
  });

  it('of pictures depend on the picture and on the action', () => {
    const observationSpace = box({ low: 0, high: 255, shape: [10, 10, 2], dtype: 'uint8' });
    const network = critics({ observationSpace, ...options, hiddenSizes: [8], count: 1 });
    const params = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(2))));
    const pictures = tf.concat([tf.zeros([2, 200], 'int32'), tf.fill([1, 200], 255, 'int32')]);
    const [dark, otherAction, bright] = numbers(
      network.apply(
        params,
        pictures,
        tf.tensor2d([
          [0, 0],
          [1, -1],
          [0, 0],
        ]),
      )[0],
    );
    expect(otherAction).not.toBe(dark);
    expect(bright).not.toBe(dark);
  });
});

describe('errors', () => {
  it('of a row are averaged over the critics', () => {
    const q = [tf.tensor1d([1, 5]), tf.tensor1d([4, 3])];
    // |1 − 3| and |4 − 3|; |5 − 2| and |3 − 2|.
    expect(numbers(meanError(q, tf.tensor1d([3, 2])))).toEqual([1.5, 2]);
  });
});
