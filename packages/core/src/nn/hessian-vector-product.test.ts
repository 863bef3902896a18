import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { hessianVectorProduct } from './hessian-vector-product.ts';
import { layout, type Params, unflattenParams } from './layout.ts';

beforeAll(useCpuBackend);

type Matrix = number[][];
type Layer = { weight: Matrix; bias: number[] };

const sizes = [3, 6, 5, 4];
const batch = 7;

/** Irregular numbers in [−scale, scale]; `seed` picks the sequence. */
const irregular = (count: number, seed: number, scale: number) =>
  Array.from({ length: count }, (_, i) => scale * Math.sin(seed + 7.31 * i * i));

const matrix = (values: readonly number[], rows: number, columns: number): Matrix =>
  Array.from({ length: rows }, (_, i) => values.slice(i * columns, (i + 1) * columns));

const network = layout(
  sizes.slice(1).flatMap((size, i): [string, number[]][] => [
    [`weight${i}`, [sizes[i], size]],
    [`bias${i}`, [size]],
  ]),
);

function layers(flat: readonly number[]): Layer[] {
  const part = (name: string) => {
    const entry = network.entries.find(candidate => candidate.name === name)!;
    return flat.slice(entry.offset, entry.offset + entry.size);
  };
  return sizes.slice(1).map((size, i) => ({ weight: matrix(part(`weight${i}`), sizes[i], size), bias: part(`bias${i}`) }));
}

const product = (a: Matrix, b: Matrix): Matrix =>
  a.map(row => b[0].map((_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));
const transpose = (a: Matrix): Matrix => a[0].map((_, j) => a.map(row => row[j]));
const zip = (a: Matrix, b: Matrix, f: (x: number, y: number) => number): Matrix =>
  a.map((row, i) => row.map((x, j) => f(x, b[i][j])));
const plus = (a: Matrix, b: Matrix): Matrix => zip(a, b, (x, y) => x + y);
const columnSums = (a: Matrix): number[] => a[0].map((_, j) => a.reduce((sum, row) => sum + row[j], 0));
const softmax = (row: number[]): number[] => {
  const exponentials = row.map(value => Math.exp(value - Math.max(...row)));
  const total = exponentials.reduce((a, b) => a + b);
  return exponentials.map(value => value / total);
};

/**
 * Product of the Hessian of mean KL(old ‖ policy) with a vector in float64, by hand: Pearlmutter's R{·} operator applied to
 * each line of forward and backward propagation of a tanh network with softmax output.
 */
function oracle(flat: readonly number[], vector: readonly number[], inputs: Matrix, old: Matrix): number[] {
  const [params, directions] = [layers(flat), layers(vector)];
  const activations: Matrix[] = [inputs];
  const activationRates: Matrix[] = [inputs.map(row => row.map(() => 0))];
  let [output, outputRate]: Matrix[] = [[], []];
  for (const [i, { weight, bias }] of params.entries()) {
    const [a, ra, v] = [activations[i], activationRates[i], directions[i]];
    output = product(a, weight).map(row => row.map((value, j) => value + bias[j]));
    outputRate = plus(product(ra, weight), product(a, v.weight)).map(row => row.map((value, j) => value + v.bias[j]));
    const y = output.map(row => row.map(Math.tanh));
    activations.push(y);
    activationRates.push(zip(y, outputRate, (value, rate) => (1 - value * value) * rate));
  }
  const probabilities = output.map(softmax);
  // d KL / d logits = π − old, and its rate of change along the vector.
  let delta = zip(probabilities, old, (p, q) => (p - q) / batch);
  let deltaRate = probabilities.map((row, b) => {
    const mean = row.reduce((sum, p, k) => sum + p * outputRate[b][k], 0);
    return row.map((p, k) => (p * (outputRate[b][k] - mean)) / batch);
  });
  const result: number[][] = [];
  for (let i = params.length - 1; i >= 0; i--) {
    const [a, ra] = [activations[i], activationRates[i]];
    const weightRate = plus(product(transpose(ra), delta), product(transpose(a), deltaRate));
    result.unshift([...weightRate.flat(), ...columnSums(deltaRate)]);
    const back = product(delta, transpose(params[i].weight));
    const backRate = plus(product(deltaRate, transpose(params[i].weight)), product(delta, transpose(directions[i].weight)));
    delta = zip(back, a, (d, y) => d * (1 - y * y));
    deltaRate = plus(
      zip(backRate, a, (d, y) => d * (1 - y * y)),
      zip(
        zip(back, a, (d, y) => -2 * d * y),
        ra,
        (d, rate) => d * rate,
      ),
    );
  }
  return result.flat();
}

function logits(params: Params, inputs: tf.Tensor): tf.Tensor {
  const last = sizes.length - 2;
  return sizes.slice(1).reduce((x, _, i) => {
    const z = tf.add(tf.matMul(x, params[`weight${i}`]), params[`bias${i}`]);
    return i === last ? z : tf.tanh(z);
  }, inputs);
}

const inputs = matrix(irregular(batch * sizes[0], 1, 2), batch, sizes[0]);
const flat = irregular(network.size, 2, 0.8);
const vector = irregular(network.size, 3, 1);

function compiled(old: Matrix): Float32Array {
  return tf.tidy(() => {
    const kl = (params: Params) => {
      const logPolicy = tf.logSoftmax(logits(params, tf.tensor(inputs)));
      return tf.mean(tf.sum(tf.mul(old, tf.sub(tf.log(old), logPolicy)), 1));
    };
    return hessianVectorProduct(network, kl)(tf.tensor1d(flat), tf.tensor1d(vector)).dataSync() as Float32Array;
  });
}

describe('hessianVectorProduct', () => {
  it.each([
    ['at another policy', irregular(network.size, 2.4, 0.7)],
    ['at the policy itself', flat],
  ])('of the KL divergence of a network agrees with Pearlmutter’s algorithm in float64, %s', (_name, oldParams) => {
    const old = tf.tidy(() => {
      const reference = logits(unflattenParams(network, tf.tensor1d(oldParams)), tf.tensor(inputs));
      return (tf.softmax(reference).arraySync() as Matrix).map(row => row.map(p => p / row.reduce((a, b) => a + b)));
    });
    const expected = oracle(flat, vector, inputs, old);
    const actual = compiled(old);
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(0.01);
    // Every layer to float32 rounding: in TensorFlow.js itself all but the last are 20 to 30 % off.
    for (let i = 0; i < expected.length; i++) expect(Math.abs(actual[i] - expected[i])).toBeLessThan(3e-6 * largest);
  });

  it('is 0 for a linear function, and for parameters that are not used', () => {
    const two = layout([
      ['a', [2]],
      ['b', [1]],
    ]);
    const [at, along] = [tf.tensor1d([1, 2, 3]), tf.tensor1d([5, 6, 7])];
    expect(Array.from(hessianVectorProduct(two, ({ a }) => tf.sum(a))(at, along).dataSync())).toEqual([0, 0, 0]);
    // f = a₀² a₁: H = [[2 a₁, 2 a₀], [2 a₀, 0]] = [[4, 2], [2, 0]]
    const cubic = ({ a }: Params) => tf.mul(tf.square(tf.gather(a, 0)), tf.gather(a, 1));
    expect(Array.from(hessianVectorProduct(two, cubic)(at, along).dataSync())).toEqual([4 * 5 + 2 * 6, 2 * 5, 0]);
  });
});
