import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectWithin } from '../../../../../tools/testing/expect-close.ts';
import { createEngine } from '../create-engine.ts';
import { program } from '../program.ts';
import { record } from '../recording/recorder.ts';
import { Store } from '../store.ts';
import { flattenProducts } from './flat-products.ts';
import { lowerToOnnx } from './onnx-lowering.ts';

type Run = (x: tf.Tensor, d: tf.Tensor) => tf.Tensor;

/** Operators of the model of a function of x `[5, 3]` and d `[5]`. */
function operators(run: Run): string[] {
  const specs = { x: { shape: [5, 3], type: 'float32' }, d: { shape: [5, 1], type: 'float32' } } as const;
  const { inputs, outputs, builder } = record('test', specs, ({ x, d }) => ({ y: run(x as tf.Tensor, d as tf.Tensor) }));
  return lowerToOnnx('test', inputs, flattenProducts(builder, outputs)).nodes.map(({ operator }) => operator);
}

const flat = (x: tf.Tensor) => tf.reshape<tf.Rank.R1>(x, [-1]);
/** As the gradients of the weights and the bias of a layer of three units and of one of a single unit. */
const leaves: readonly Run[] = [
  (x, d) => tf.matMul(x, tf.mul(x, d), true),
  (x, d) => tf.sum(tf.mul(x, d), 0),
  (x, d) => tf.matMul(tf.exp(x), d, true),
  (_, d) => tf.sum(d, 0),
];
const gradient: Run = (x, d) => tf.concat1d(leaves.map(leaf => flat(leaf(x, d))));
const squares: Run = x => tf.reshape(tf.matMul(tf.reshape(x, [1, 15]), tf.reshape(x, [1, 15]), false, true), [1]);
const products: Run = x => tf.reshape(tf.matMul(tf.reshape(x, [1, 15]), tf.reshape(tf.exp(x), [1, 15]), false, true), [1]);

it('reshapes the parts of a gradient that are matrices, and the whole', () => {
  expect(operators(gradient).filter(operator => operator === 'Reshape')).toHaveLength(2);
  expect(operators((x, d) => tf.concat1d([flat(leaves[1](x, d)), flat(tf.exp(x))]))).toContain('Gemm');
});

it('sums squares by an operator of their own, and no other products', () => {
  expect(operators(squares)).toEqual(['Reshape', 'ReduceSumSquare']);
  expect(operators(products)).toContain('Gemm');
});

it('gives a column the shape of a row before the product with a large matrix', () => {
  const nodesOf = (rows: number, columns: number) => {
    const specs = { x: { shape: [rows, columns], type: 'float32' }, d: { shape: [rows, 1], type: 'float32' } } as const;
    const { inputs, outputs, builder } = record('test', specs, ({ x, d }) => {
      const weights = flat(tf.matMul(x as tf.Tensor, d as tf.Tensor, true));
      return { y: tf.concat1d([weights, flat(tf.sum(d as tf.Tensor, 0))]) };
    });
    return lowerToOnnx('test', inputs, flattenProducts(builder, outputs)).nodes;
  };
  const transposes = (rows: number, columns: number) =>
    nodesOf(rows, columns).flatMap(({ operator, attributes }) => (operator === 'Gemm' ? [attributes.transA] : []));
  expect(transposes(64, 255)).toEqual([1, 0]);
  expect(transposes(64, 256)).toEqual([0, 0]);
});

it('gives the same numbers', async () => {
  const call = program(new Store(await createEngine('onnx'), {}), {
    name: 'rows',
    inputs: { x: [5, 3], d: [5, 1] },
    run: (_, { x, d }) => ({ outputs: { gradient: gradient(x, d), squares: squares(x, d), products: products(x, d) } }),
  });
  const x = Float32Array.from({ length: 15 }, (_, i) => Math.sin(i));
  const d = Float32Array.of(1, -2, 0.5, 3, -0.25);
  const { outputs } = await call({ x, d });
  const [rows, columns] = [
    [0, 1, 2, 3, 4],
    [0, 1, 2],
  ];
  const sumOver = (f: (row: number) => number) => rows.reduce((sum, row) => sum + f(row), 0);
  const at = (row: number, column: number) => x[3 * row + column];
  const close = (found: ArrayLike<number>, expected: readonly number[]) =>
    expectWithin(Array.from(found), expected, value => 1e-6 * Math.max(1, Math.abs(value)));
  close(outputs.gradient, [
    ...columns.flatMap(a => columns.map(b => sumOver(row => at(row, a) * at(row, b) * d[row]))),
    ...columns.map(a => sumOver(row => at(row, a) * d[row])),
    ...columns.map(a => sumOver(row => Math.exp(at(row, a)) * d[row])),
    2.25,
  ]);
  close(outputs.squares, [x.reduce((sum, value) => sum + value * value, 0)]);
  close(outputs.products, [x.reduce((sum, value) => sum + value * Math.exp(value), 0)]);
});

it('hands rows to the loop that takes a step against a gradient', async () => {
  // Weights `[4, 1024]` and a bias of a layer of 1024 units, whose gradients are the sums of the inputs and the number of rows.
  const store = new Store(await createEngine('onnx'), { w: new Float32Array(5120).fill(1) });
  const call = program(store, {
    name: 'descend',
    inputs: { x: [3, 4], d: [3, 1024] },
    run: ({ w }, { x, d }) => {
      const gradient = tf.concat1d([flat(tf.matMul(x, d, true)), flat(tf.sum(d, 0))]);
      return { state: { w: tf.sub(w, tf.mul(gradient, 0.5)) } };
    },
  });
  await call({ x: Float32Array.from({ length: 12 }, (_, i) => i), d: new Float32Array(3 * 1024).fill(1) });
  // Columns of x: 0 + 4 + 8, 1 + 5 + 9, …
  const expected = [12, 15, 18, 21, 3].flatMap(gradient => new Array<number>(1024).fill(1 - gradient / 2));
  expect(Array.from(await store.read('w'))).toEqual(expected);
});
