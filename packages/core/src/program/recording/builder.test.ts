import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { runOn } from '../../../test/run-on.ts';
import { createEngine } from '../create-engine.ts';
import type { Engine } from '../engine.ts';
import { reachable, sizeOf, type Value } from './graph.ts';
import { record } from './recorder.ts';

let engines: { onnx: Engine; cpu: Engine };
beforeAll(async () => {
  engines = { onnx: await createEngine('onnx'), cpu: await createEngine('tensorflow', { backend: 'cpu' }) };
});

/** A graph as text: `Add(x, Gemm(y', z))`, where ' is a transpose read in place; constants that only steer are left out. */
function show({ source, shape }: Value): string {
  switch (source.kind) {
    case 'input':
      return source.name;
    case 'splat':
      return `${source.value}`;
    case 'constant':
      return `[${source.data.join()}]`;
    case 'operation': {
      const { operator, inputs, attributes } = source;
      const mark = (k: number) => (operator === 'Gemm' && attributes[k === 0 ? 'transA' : 'transB'] ? "'" : '');
      const steers = (input: Value) => input.type === 'int64' && input.source.kind === 'constant';
      const operands = inputs.flatMap((input, k) => (steers(input) ? [] : [show(input) + mark(k)]));
      const target = operator === 'Reshape' || operator === 'Expand' ? ` to ${shape.join('x')}` : '';
      return `${operator}(${operands.join(', ')}${target})`;
    }
  }
}

type Run = (inputs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor;
type Shapes = Readonly<Record<string, readonly number[]>>;

function recorded(shapes: Shapes, run: Run): Value {
  const specs = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { type: 'float32' as const, shape }]));
  return record('test', specs, inputs => ({ result: run(inputs) })).outputs.result;
}

/** The graph's text; and the compiled function must give what the plain one gives. */
async function simplified(shapes: Shapes, run: Run): Promise<string> {
  const rng = new Rng(1);
  const arrays = Object.entries(shapes).map(([name, shape]) => [
    name,
    new Float32Array(sizeOf(shape)).map(() => rng.uniform(-2, 2)),
  ]);
  const on = (engine: Engine) => runOn(engine, shapes, Object.fromEntries(arrays), inputs => ({ result: run(inputs) }));
  const [{ result }, expected] = [await on(engines.onnx), await on(engines.cpu)];
  expect(result.length).toBe(expected.result.length);
  result.forEach((value, i) => {
    expect(value).toBeCloseTo(expected.result[i], 5);
  });
  return show(recorded(shapes, run));
}

const x = { x: [3, 4] };
const xy = { x: [3, 4], y: [3, 4] };

describe('identities vanish', () => {
  it.each<[string, Run]>([
    ['x + 0', ({ x }) => tf.add(x, 0)],
    ['0 + x', ({ x }) => tf.add(0, x)],
    ['x - 0', ({ x }) => tf.sub(x, 0)],
    ['x · 1', ({ x }) => tf.mul(x, 1)],
    ['1 · x', ({ x }) => tf.mul(1, x)],
    ['x / 1', ({ x }) => tf.div(x, 1)],
    ['-(-x)', ({ x }) => tf.neg(tf.neg(x))],
    ['x + zeros', ({ x }) => tf.add(x, tf.zerosLike(x))],
    ['x · ones', ({ x }) => tf.mul(tf.ones([3, 4]), x)],
    ['reshape there and back', ({ x }) => tf.reshape(tf.reshape(x, [12]), [3, 4])],
    ['transpose twice', ({ x }) => tf.transpose(tf.transpose(x))],
    ['slice of everything', ({ x }) => tf.slice(x, [0, 0], [3, 4])],
    [
      'padding by nothing',
      ({ x }) =>
        tf.pad(x, [
          [0, 0],
          [0, 0],
        ]),
    ],
    ['concatenation of one', ({ x }) => tf.concat([x], 1)],
    ['sum over an axis of length 1', ({ x }) => tf.sum(tf.expandDims(x, 1), 1)],
    ['cast to its own type', ({ x }) => tf.cast(x, 'float32')],
    ['broadcast to its own shape', ({ x }) => tf.broadcastTo(x, [3, 4])],
    ['where(true)', ({ x }) => tf.where(tf.cast(tf.onesLike(x), 'bool'), x, tf.neg(x))],
  ])('%s', async (_, run) => expect(await simplified(x, run)).toBe('x'));

  it('0 - x is a negation', async () => expect(await simplified(x, ({ x }) => tf.sub(0, x))).toBe('Neg(x)'));

  it('but not where a value is broadcast by them', async () => {
    expect(await simplified({ x: [4] }, ({ x }) => tf.add(x, tf.zeros([3, 4])))).toBe('Expand(x to 3x4)');
  });

  it('nor products with 0, which make NaN of infinity', async () => {
    expect(show(recorded(x, ({ x }) => tf.mul(x, 0)))).toBe('Mul(x, 0)');
  });
});

describe('numbers are folded', () => {
  it.each<[string, string, Run]>([
    ['chains of factors', 'Mul(x, 6)', ({ x }) => tf.mul(2, tf.mul(tf.mul(x, 0.5), 6))],
    ['scalars among themselves', 'Mul(x, 0.625)', ({ x }) => tf.mul(x, tf.div(tf.add(tf.scalar(2), 0.5), 4))],
    ['extrema of scalars', 'Mul(x, 3)', ({ x }) => tf.mul(x, tf.maximum(tf.scalar(2), tf.minimum(tf.scalar(3), 8)))],
    ['unary operations', 'Mul(x, 3)', ({ x }) => tf.mul(x, tf.sqrt(tf.abs(tf.neg(tf.scalar(9)))))],
    [
      'in 32 bits',
      `Mul(x, ${Math.fround(Math.fround(0.1) + Math.fround(0.2))})`,
      ({ x }) => tf.mul(x, tf.add(tf.scalar(0.1), 0.2)),
    ],
    ['casts', 'Mul(x, 2)', ({ x }) => tf.mul(x, tf.cast(tf.scalar(2, 'int32'), 'float32'))],
    ['sums of equal numbers', 'Mul(x, 36)', ({ x }) => tf.mul(x, tf.sum(tf.fill([3, 4], 3)))],
    ['means of equal numbers', 'Mul(x, 3)', ({ x }) => tf.mul(x, tf.mean(tf.fill([3, 4], 3)))],
    ['filled tensors stay one number', 'Add(x, 7)', ({ x }) => tf.add(x, tf.fill([3, 4], 7))],
    ['equal elements of a literal too', 'Add(x, 7)', ({ x }) => tf.add(x, tf.tensor1d([7, 7, 7, 7]))],
  ])('%s', async (_, graph, run) => expect(await simplified(x, run)).toBe(graph));

  it('but factors whose product leaves the range of 32 bits stay apart', async () => {
    const twice =
      (factor: number): Run =>
      ({ x }) =>
        tf.mul(factor, tf.mul(factor, x));
    for (const [factor, number] of [
      [1e20, 1e-30],
      [1e-20, 1e30],
      [1e-21, 1e38],
    ]) {
      const on = (engine: Engine) =>
        runOn(engine, { x: [1] }, { x: Float32Array.of(number) }, ({ x }) => ({ y: twice(factor)({ x }) }));
      const { y } = await on(engines.onnx);
      expect(y[0] / (factor * factor * number)).toBeCloseTo(1, 5);
      expect((await on(engines.cpu)).y).toEqual(y);
    }
  });
});

describe('equal work is done once', () => {
  const count = (value: Value, operator: string) =>
    reachable([value]).filter(({ source }) => source.kind === 'operation' && source.operator === operator).length;

  it('same operation on same operands', () => {
    const result = recorded(xy, ({ x, y }) => tf.div(tf.tanh(tf.add(x, y)), tf.exp(tf.tanh(tf.add(x, y)))));
    expect([count(result, 'Add'), count(result, 'Tanh')]).toEqual([1, 1]);
  });

  it('not: other attributes, other operands, other order', () => {
    const parts: Run = ({ x, y }) =>
      tf.addN([
        tf.sum(tf.sub(x, y)),
        tf.sum(tf.sub(y, x)),
        tf.sum(
          tf.pad(x, [
            [1, 0],
            [0, 0],
          ]),
        ),
        tf.sum(
          tf.pad(x, [
            [0, 1],
            [0, 0],
          ]),
        ),
      ]);
    const result = recorded(xy, parts);
    expect([count(result, 'Sub'), count(result, 'Pad')]).toEqual([2, 2]);
  });

  it('constants with equal numbers are one, those that differ in a sign of zero two', () => {
    const literal = (...numbers: number[]) => tf.tensor1d(numbers);
    const same = recorded({ x: [2] }, ({ x }) => tf.add(tf.mul(x, literal(1, 2)), tf.tanh(tf.mul(x, literal(1, 2)))));
    expect(count(same, 'Mul')).toBe(1);
    const signs = recorded({ x: [2] }, ({ x }) => tf.add(tf.div(x, literal(0, 2)), tf.tanh(tf.div(x, literal(-0, 2)))));
    expect(count(signs, 'Div')).toBe(2);
  });

  it('what no output needs is not there, not even as an input', () => {
    const { inputs } = record('test', { x: { type: 'float32', shape: [2] }, y: { type: 'float32', shape: [2] } }, ({ x, y }) => {
      tf.exp(y);
      return { result: tf.neg(x) };
    });
    expect(Object.keys(inputs)).toEqual(['x']);
  });
});

describe('layout changes move out of the way', () => {
  it.each<[string, string, Shapes, Run]>([
    [
      'transposes into products',
      "Gemm(x', y)",
      { x: [4, 3], y: [4, 2] },
      ({ x, y }) => tf.matMul(tf.transpose(x) as tf.Tensor2D, y as tf.Tensor2D),
    ],
    [
      'and asked for there',
      "Gemm(x, y')",
      { x: [3, 4], y: [2, 4] },
      ({ x, y }) => tf.matMul(x as tf.Tensor2D, y as tf.Tensor2D, false, true),
    ],
    [
      'and out again',
      'Gemm(x, y)',
      { x: [3, 4], y: [4, 2] },
      ({ x, y }) => tf.matMul(tf.transpose(x) as tf.Tensor2D, y as tf.Tensor2D, true),
    ],
    ['transposes below unary work', 'Transpose(Tanh(Neg(x)))', x, ({ x }) => tf.tanh(tf.neg(tf.transpose(x)))],
    ['so that they cancel', 'Tanh(x)', x, ({ x }) => tf.transpose(tf.tanh(tf.transpose(x)))],
    ['transposes below binary work', 'Transpose(Mul(x, y))', xy, ({ x, y }) => tf.mul(tf.transpose(x), tf.transpose(y))],
    ['and beside a row', 'Transpose(Add(x, Reshape(y to 3x1)))', { x: [3, 4], y: [3] }, ({ x, y }) => tf.add(tf.transpose(x), y)],
    ['but not beside a whole matrix', 'Add(Transpose(x), y)', { x: [3, 4], y: [4, 3] }, ({ x, y }) => tf.add(tf.transpose(x), y)],
    ['transposes composed', 'Transpose(x)', { x: [2, 3, 4] }, ({ x }) => tf.transpose(tf.transpose(x, [1, 2, 0]), [1, 2, 0])],
    ['moves of axes of length 1', 'Reshape(x to 4x1x3)', { x: [1, 4, 3] }, ({ x }) => tf.transpose(x, [1, 0, 2])],
    ['reshapes below unary work', 'Reshape(Tanh(x) to 12)', x, ({ x }) => tf.tanh(tf.reshape(x, [12]))],
    [
      'reshapes below binary work',
      'Reshape(Add(x, y) to 2x6)',
      xy,
      ({ x, y }) => tf.add(tf.reshape(x, [2, 6]), tf.reshape(y, [2, 6])),
    ],
    ['beside a scalar', 'Reshape(Add(x, y) to 12)', { x: [3, 4], y: [] }, ({ x, y }) => tf.add(tf.reshape(x, [12]), y)],
    [
      'beside a row that they keep',
      'Reshape(Add(x, y) to 3x1x4)',
      { x: [3, 4], y: [4] },
      ({ x, y }) => tf.add(tf.reshape(x, [3, 1, 4]), y),
    ],
    [
      'but not from row to row',
      'Add(Reshape(x to 1x1x4), y)',
      { x: [1, 4], y: [1, 4] },
      ({ x, y }) => tf.add(tf.reshape(x, [1, 1, 4]), y),
    ],
    ['reshapes joined', 'Reshape(x to 2x6)', x, ({ x }) => tf.reshape(tf.reshape(x, [4, 3]), [2, 6])],
    [
      'broadcasts stay implicit',
      'Mul(x, Reshape(y to 1x4))',
      { x: [3, 4], y: [4] },
      ({ x, y }) => tf.mul(x, tf.broadcastTo(y, [3, 4])),
    ],
    [
      'and below unary work',
      'Mul(x, Reshape(Exp(y) to 1x4))',
      { x: [3, 4], y: [4] },
      ({ x, y }) => tf.mul(x, tf.exp(tf.broadcastTo(y, [3, 4]))),
    ],
    ['a sum of rows is a product', 'Reshape(Gemm(1, x) to 4)', x, ({ x }) => tf.sum(x, 0)],
    ['also behind a reshape', 'Reshape(Gemm(1, x) to 4)', { x: [6, 4] }, ({ x }) => tf.sum(tf.reshape(x, [2, 3, 4]), [0, 1])],
    ['a sum of columns is none', 'ReduceSum(x)', x, ({ x }) => tf.sum(x, 1)],
    ['reductions read transposes in place', 'ReduceMax(x)', { x: [2, 3, 4] }, ({ x }) => tf.max(tf.transpose(x, [2, 0, 1]), 0)],
    [
      'one matrix for a stack',
      'Reshape(Gemm(Reshape(x to 6x4), y) to 2x3x5)',
      { x: [2, 3, 4], y: [4, 5] },
      ({ x, y }) => tf.matMul(x, tf.reshape(y, [1, 4, 5])),
    ],
  ])('%s', async (_, graph, shapes, run) => expect(await simplified(shapes, run)).toBe(graph));

  it('the gradient of a layer is three products and no transpose', async () => {
    const shapes = { x: [5, 3], w: [3, 4], b: [4] };
    const gradient =
      (which: number): Run =>
      ({ x, w, b }) => {
        const loss = (...[v, c]: tf.Tensor[]) => tf.sum(tf.tanh(tf.add(tf.matMul(x as tf.Tensor2D, v as tf.Tensor2D), c)));
        return tf.grads(loss)([w, b])[which];
      };
    const [weight, bias] = [await simplified(shapes, gradient(0)), await simplified(shapes, gradient(1))];
    expect(weight).toMatch(/^Gemm\(x', /);
    expect(bias).toMatch(/^Reshape\(Gemm\(1, .*to 4\)$/);
    expect(weight + bias).not.toMatch(/Transpose|Expand|Tile/);
  });
});
