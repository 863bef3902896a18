import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { unflattenParams } from './layout.ts';
import { minAtarFeatures } from './minatar-cnn.ts';
import { mlpFeatures } from './mlp.ts';
import { noisyNetwork } from './noisy-network.ts';

beforeAll(useCpuBackend);

const numbers = (tensor: tf.Tensor) => Array.from(tensor.dataSync());

describe('noisyNetwork', () => {
  const plain = mlpFeatures({ inputSize: 1, hiddenSizes: [1, 2], activation: 'relu', initialization: 'fan-in' });
  const network = noisyNetwork(plain, 0.5);

  it('shakes every layer by its own noise, by hand', () => {
    // h = relu(2 x + 1), y = relu(h [3, 4] + [5, 6]); deviations 10, 20 of the first layer, [1, 2] and [0.5, 0.25] of the second.
    const params = unflattenParams(network.layout, tf.tensor1d([2, 1, 3, 4, 5, 6, 10, 20, 1, 2, 0.5, 0.25]));
    const x = tf.tensor2d([[1]]);
    expect(numbers(network.apply(params, x))).toEqual([3 * 3 + 5, 3 * 4 + 6]);
    // f = [2], [0.5] of the first layer: h = 2 + 10 · 2 · 0.5 + 1 + 20 · 0.5 = 23. f = [1], [2, −1] of the second:
    // weights 3 + 1 · 2 and 4 − 2, biases 5 + 0.5 · 2 and 6 − 0.25.
    const noise = tf.tensor1d([4, 0.25, 1, 4, -1]);
    expect(numbers(network.apply(params, x, noise))).toEqual([23 * 5 + 6, 23 * 2 + 5.75]);
  });

  it('has the parameters of the network, then the deviations of each layer', () => {
    expect(network.layout.entries.map(({ name }) => name)).toEqual([
      ...plain.layout.entries.map(({ name }) => name),
      ...['hidden0/weightNoise', 'hidden0/biasNoise', 'hidden1/weightNoise', 'hidden1/biasNoise'],
    ]);
    expect(network.noiseSize).toBe(1 + 1 + (1 + 2));
    expect(network.outputSize).toBe(2);
    const first = network.init(new Rng(4));
    expect(first.slice(0, plain.layout.size)).toEqual(plain.init(new Rng(4)));
    expect(new Set(first.slice(plain.layout.size))).toEqual(new Set([0.5]));
  });

  it('leaves convolutions as they are', () => {
    const noisy = noisyNetwork(minAtarFeatures({ height: 4, width: 4, channels: 2, hiddenSize: 3 }), 0.5);
    const names = noisy.layout.entries.map(({ name }) => name).filter(name => name.endsWith('Noise'));
    expect(names).toEqual(['hidden/weightNoise', 'hidden/biasNoise']);
  });
});
