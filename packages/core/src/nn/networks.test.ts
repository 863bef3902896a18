import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { type Activation, activate, activations } from './activation.ts';
import { conv2d } from './conv2d.ts';
import { dense } from './dense.ts';
import { gru } from './gru.ts';
import { constant } from './initializers.ts';
import { layerNorm } from './layer-norm.ts';
import { unflattenParams } from './layout.ts';
import { lstm } from './lstm.ts';
import { minAtarCnn } from './minatar-cnn.ts';
import { mlp } from './mlp.ts';
import { natureCnn } from './nature-cnn.ts';
import { combine, type Network, parameter } from './network.ts';

beforeAll(useCpuBackend);

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const list = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

/** Irregular numbers in [−1, 1]. */
const irregular = (count: number, seed: number) => Array.from({ length: count }, (_, i) => Math.sin(seed + 5.17 * i * i));

function paramsOf(network: Pick<Network, 'layout'>, flat: readonly number[]) {
  return unflattenParams(network.layout, tf.tensor1d([...flat]));
}

describe('activate', () => {
  // Values of the functions at −1 and 2, written with what JavaScript has.
  const gelu = (x: number) => ({ '-1': -0.15865525393145707, '2': 1.9544997361036416 })[String(x)] ?? Number.NaN;
  const expected: Record<Activation, (x: number) => number> = {
    linear: x => x,
    relu: x => Math.max(x, 0),
    relu6: x => Math.min(Math.max(x, 0), 6),
    leakyRelu: x => (x > 0 ? x : 0.01 * x),
    elu: x => (x > 0 ? x : Math.expm1(x)),
    gelu,
    silu: x => x * sigmoid(x),
    tanh: Math.tanh,
    sigmoid,
    softplus: x => Math.log1p(Math.exp(x)),
  };

  it.each(activations)('%s', activation => {
    expectClose(activate(activation, tf.tensor1d([-1, 2])), [-1, 2].map(expected[activation]));
  });
});

describe('dense', () => {
  it('multiplies and adds', () => {
    const layer = dense({ inputSize: 2, outputSize: 3 });
    const params = paramsOf(layer, [1, 2, 3, 4, 5, 6, 10, 20, 30]);
    // [1, −1] · [[1, 2, 3], [4, 5, 6]] + [10, 20, 30]
    expect(layer.apply(params, tf.tensor2d([[1, -1]])).arraySync()).toEqual([[7, 17, 27]]);
  });
});

describe('conv2d', () => {
  it.each([
    ['valid', 1],
    ['valid', 2],
    ['same', 1],
  ] as const)('agrees with four nested loops: %s, stride %i', (padding, stride) => {
    const [height, width, inputs, outputs, kernel] = [5, 4, 2, 3, 3];
    const layer = conv2d({ inputChannels: inputs, outputChannels: outputs, kernelSize: kernel, stride, padding });
    const flat = irregular(layer.layout.size, 1);
    const picture = irregular(height * width * inputs, 2);
    const border = padding === 'same' ? 1 : 0;
    const expected: number[] = [];
    for (let row = -border; row + kernel <= height + border; row += stride) {
      for (let column = -border; column + kernel <= width + border; column += stride) {
        for (let o = 0; o < outputs; o++) {
          let sum = flat[kernel * kernel * inputs * outputs + o];
          for (let k = 0; k < kernel * kernel * inputs; k++) {
            const [i, y, x] = [k % inputs, row + Math.floor(k / inputs / kernel), column + (Math.floor(k / inputs) % kernel)];
            if (y >= 0 && y < height && x >= 0 && x < width) sum += flat[k * outputs + o] * picture[(y * width + x) * inputs + i];
          }
          expected.push(sum);
        }
      }
    }
    expectClose(layer.apply(paramsOf(layer, flat), tf.tensor4d(picture, [1, height, width, inputs])), expected);
  });
});

describe('layerNorm', () => {
  it('makes rows of mean 0 and variance 1, then scales and shifts', () => {
    const layer = layerNorm(4);
    const x = tf.tensor2d([
      [1, 2, 3, 6],
      [1000, 1002, 1001, 997],
    ]);
    // Rows: mean 3, variance 3.5; mean 1000, variance 3.5.
    const row = (values: number[]) => values.map((value, i) => (value / Math.sqrt(3.5 + 1e-5)) * (i + 1) + 10 * i);
    const params = paramsOf(layer, [1, 2, 3, 4, 0, 10, 20, 30]);
    expectClose(layer.apply(params, x), [...row([-2, -1, 0, 3]), ...row([0, 2, 1, -3])], 4);
    expect(layer.init(new Rng(0))).toEqual(Float32Array.of(1, 1, 1, 1, 0, 0, 0, 0));
  });
});

describe('recurrent cells', () => {
  const [inputs, units] = [3, 2];
  const x = irregular(inputs, 3);
  const hidden = irregular(units, 4);
  const cell = irregular(units, 5);

  /** bias + x W + h U of one unit of one gate, in float64. */
  function preactivation(flat: readonly number[], gates: number, column: number, useX: boolean, useH: boolean): number {
    const width = gates * units;
    let sum = 0;
    if (useX) for (let k = 0; k < inputs; k++) sum += x[k] * flat[k * width + column];
    if (useH) for (let k = 0; k < units; k++) sum += hidden[k] * flat[(inputs + k) * width + column];
    return useX ? sum + flat[(inputs + units) * width + column] : sum;
  }

  it('lstm agrees with its equations in float64', () => {
    const network = lstm({ inputSize: inputs, hiddenSize: units });
    const flat = irregular(network.layout.size, 6);
    const gate = (index: number, unit: number) => preactivation(flat, 4, index * units + unit, true, true);
    const cells = cell.map((c, j) => sigmoid(gate(1, j)) * c + sigmoid(gate(0, j)) * Math.tanh(gate(2, j)));
    const state = network.apply(paramsOf(network, flat), tf.tensor2d([x]), {
      hidden: tf.tensor2d([hidden]),
      cell: tf.tensor2d([cell]),
    });
    expectClose(state.cell, cells);
    expectClose(
      state.hidden,
      cells.map((c, j) => sigmoid(gate(3, j)) * Math.tanh(c)),
    );
  });

  it('gru agrees with its equations in float64', () => {
    const network = gru({ inputSize: inputs, hiddenSize: units });
    const flat = irregular(network.layout.size, 7);
    const column = (index: number, unit: number) => index * units + unit;
    const expected = hidden.map((h, j) => {
      const reset = sigmoid(preactivation(flat, 3, column(0, j), true, true));
      const update = sigmoid(preactivation(flat, 3, column(1, j), true, true));
      const fromHidden = preactivation(flat, 3, column(2, j), false, true) + flat[flat.length - units + j];
      const candidate = Math.tanh(preactivation(flat, 3, column(2, j), true, false) + reset * fromHidden);
      return (1 - update) * candidate + update * h;
    });
    expectClose(network.apply(paramsOf(network, flat), tf.tensor2d([x]), tf.tensor2d([hidden])), expected);
  });

  it('begin uniform within 1/√units', () => {
    const values = lstm({ inputSize: 3, hiddenSize: 25 }).init(new Rng(1));
    expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(Math.fround(0.2));
    expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.199);
  });
});

describe('combine', () => {
  const networks = () => combine({ a: dense({ inputSize: 1, outputSize: 1 }), b: parameter([2], constant(7)) });

  it('gives each part its own parameters', () => {
    const { layout, parts } = networks();
    expect(layout.entries.map(({ name }) => name)).toEqual(['a/weight', 'a/bias', 'b/value']);
    const params = unflattenParams(layout, tf.tensor1d([2, 3, 5, 6]));
    expect(list(parts.a.apply(params, tf.tensor2d([[10]])))).toEqual([23]);
    expect(list(parts.b.apply(params))).toEqual([5, 6]);
  });

  it('draws the parts in order, from one generator', () => {
    const [together, alone] = [new Rng(4), new Rng(4)];
    const expected = [...dense({ inputSize: 1, outputSize: 1 }).init(alone), 7, 7];
    expect(Array.from(networks().init(together))).toEqual(expected);
    expect(together.random()).toBe(alone.random());
  });
});

describe('mlp', () => {
  it('chains layers and activations', () => {
    const network = mlp({ inputSize: 1, hiddenSizes: [2, 1], outputSize: 1, activation: 'relu', outputActivation: 'tanh' });
    expect(network.layout.entries.map(({ name }) => name)).toEqual(
      ['hidden0', 'hidden1', 'output'].flatMap(name => [`${name}/weight`, `${name}/bias`]),
    );
    // x = 2: relu([2, −2] + [1, 1]) = [3, 0]; relu(3 · 0.5 + 0 · 9 − 1) = 0.5; tanh(0.5 · 4 + 0.1)
    const params = paramsOf(network, [1, -1, 1, 1, 0.5, 9, -1, 4, 0.1]);
    expectClose(network.apply(params, tf.tensor2d([[2]])), [Math.tanh(2.1)]);
  });

  it('normalises before the activation', () => {
    const network = mlp({ inputSize: 2, hiddenSizes: [2], outputSize: 2, activation: 'relu', layerNorm: true });
    // Identity weights; [5, 1] becomes [1, −1] (variance 4), relu [1, 0].
    const params = paramsOf(network, [1, 0, 0, 1, 0, 0, 1, 1, 0, 0, 1, 0, 0, 1, 0, 0]);
    expectClose(network.apply(params, tf.tensor2d([[5, 1]])), [1, 0]);
  });

  it('is linear without hidden layers', () => {
    const network = mlp({ inputSize: 2, hiddenSizes: [], outputSize: 1 });
    expectClose(network.apply(paramsOf(network, [2, 3, 0.5]), tf.tensor2d([[1, 10]])), [32.5]);
  });

  it('begins with the gains asked for', () => {
    const network = mlp({ inputSize: 3, hiddenSizes: [3], outputSize: 3, outputGain: 0.01 });
    const flat = network.init(new Rng(2));
    const rowNorm = (offset: number) => Math.hypot(...flat.subarray(offset, offset + 3));
    expect(rowNorm(0)).toBeCloseTo(Math.SQRT2, 5);
    expect(rowNorm(12)).toBeCloseTo(0.01, 6);
  });
});

describe('natureCnn', () => {
  const network = natureCnn({ outputSize: 6 });

  it('has the layers and the size of the published network', () => {
    const weights = network.layout.entries.filter(({ name }) => name.endsWith('weight')).map(({ shape }) => shape);
    expect(weights).toEqual([
      [8, 8, 4, 32],
      [4, 4, 32, 64],
      [3, 3, 64, 64],
      [3136, 512],
      [512, 6],
    ]);
    expect(network.layout.size).toBe(1_684_128 + 6 * 513);
  });

  it('has those of the first DQN when asked', () => {
    const { layout } = natureCnn({ convolutions: 'dqn-2013', hiddenSize: 256, outputSize: 6 });
    const weights = layout.entries.filter(({ name }) => name.endsWith('weight')).map(({ shape }) => shape);
    // 84 pixels are 20 behind the first convolution and 9 behind the second.
    expect(weights).toEqual([
      [8, 8, 4, 16],
      [4, 4, 16, 32],
      [9 * 9 * 32, 256],
      [256, 6],
    ]);
  });

  it.each(['nature', 'dqn-2013'] as const)('scales pixels to [0, 1], given as a picture or flat: %s', convolutions => {
    // One picture of constant brightness through weights that keep it: every layer averages, so the output is brightness / 255.
    const small = natureCnn({ convolutions, height: 36, width: 36, channels: 1, hiddenSize: 2, outputSize: 1 });
    const flat = new Float32Array(small.layout.size);
    for (const { name, offset, size, shape } of small.layout.entries) {
      const inputs = size / (shape.at(-1) as number);
      if (name.endsWith('weight')) flat.fill(1 / inputs, offset, offset + size);
    }
    const params = unflattenParams(small.layout, tf.tensor1d(flat));
    expectClose(small.apply(params, tf.fill([2, 36, 36, 1], 51, 'int32')), [0.2, 0.2]);
    expectClose(small.apply(params, tf.fill([2, 36 * 36], 255)), [1, 1]);
  });
});

describe('minAtarCnn', () => {
  it('has the layers of the published network and takes flat planes', () => {
    const network = minAtarCnn({ channels: 4, outputSize: 3 });
    const weights = network.layout.entries.filter(({ name }) => name.endsWith('weight')).map(({ shape }) => shape);
    expect(weights).toEqual([
      [3, 3, 4, 16],
      [1024, 128],
      [128, 3],
    ]);
    const params = unflattenParams(network.layout, tf.tensor1d(network.init(new Rng(0))));
    const planes = irregular(400, 8).map(value => Number(value > 0));
    const flat = network.apply(params, tf.tensor2d(planes, [1, 400], 'int32'));
    expect(flat.shape).toEqual([1, 3]);
    expect(list(network.apply(params, tf.tensor4d(planes, [1, 10, 10, 4])))).toEqual(list(flat));
  });
});
