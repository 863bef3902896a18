import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import type { FlatResult, InputSpec, ProgramSource } from '../engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';
import { type Plan, planProgram } from './plan.ts';

type Tensors = Readonly<Record<string, tf.Tensor>>;

/** A program over vectors of the given sizes. */
function source(
  sizes: Readonly<Record<string, number>>,
  inputs: Readonly<Record<string, InputSpec>>,
  run: (state: Tensors, inputs: Tensors) => Partial<FlatResult>,
): ProgramSource {
  const vector = (size: number) => ({ size, read: () => new Float32Array(size), write: () => {}, dispose: () => {} });
  return {
    name: 'test',
    inputs,
    state: Object.fromEntries(Object.entries(sizes).map(([name, size]) => [name, vector(size)])),
    run: (state, given) => ({ state: {}, outputs: {}, metrics: {}, ...run(state, given) }),
  };
}

/** Of a program of one stage. */
function planOf(program: ProgramSource): Plan {
  const { stages } = planProgram(program);
  expect(stages).toHaveLength(1);
  return stages[0];
}

const portsOf = ({ inputs }: Plan) => inputs.map(({ port }) => port);

it('packs up to 2048 floats and hands over longer or other arrays by themselves', () => {
  const float = (size: number): InputSpec => ({ type: 'float32', shape: [size] });
  const inputs: Record<string, InputSpec> = { short: float(2048), long: float(2049), index: { type: 'int32', shape: [1] } };
  const plan = planOf(
    source({ pair: 2 }, inputs, ({ pair }, { short, long, index }) => ({
      state: { pair: tf.add(pair, 1) },
      outputs: { short: tf.mul(short, 2), long: tf.mul(long, 2), index: tf.neg(index) },
      metrics: { mean: tf.mean(long) },
    })),
  );
  expect(new Set(portsOf(plan))).toEqual(
    new Set([{ kind: 'packed' }, { kind: 'given', name: 'long' }, { kind: 'given', name: 'index' }]),
  );
  expect(plan.packedIn.map(({ port, offset }) => [port, offset])).toEqual([
    [{ kind: 'state', vector: 'pair' }, 0],
    [{ kind: 'given', name: 'short' }, 2],
  ]);
  expect(plan.outputs.map(({ port }) => port)).toEqual([
    { kind: 'output', name: 'long' },
    { kind: 'output', name: 'index' },
    { kind: 'packed' },
  ]);
  expect(plan.packedOut.map(({ port, offset }) => [port, offset])).toEqual([
    [{ kind: 'state', vector: 'pair' }, 0],
    [{ kind: 'output', name: 'short' }, 2],
    [{ kind: 'scalar', place: 0, rank: 0 }, 2050],
  ]);
  expect(plan.scalars.results).toEqual([{ port: { kind: 'metric', name: 'mean' }, place: 0 }]);
  expect(plan.tails).toEqual([]);
});

it('views long slices of state vectors where they are, and copies those of inputs', () => {
  const plan = planOf(
    source({ w: 10_000 }, { x: { type: 'float32', shape: [10_000] } }, ({ w }, { x }) => ({
      metrics: { w: tf.max(tf.slice(w, [500], [8192])), x: tf.max(tf.slice(x, [500], [8192])) },
    })),
  );
  expect(new Set(portsOf(plan))).toEqual(
    new Set([
      { kind: 'stretch', vector: 'w', begin: 500, end: 8692 },
      { kind: 'given', name: 'x' },
    ]),
  );
});

it('copies short slices of a vector between those that it reads in place, unless few other numbers are left', () => {
  const sums = (w: tf.Tensor, slices: readonly [begin: number, size: number][]) => ({
    metrics: Object.fromEntries(slices.map(([begin, size]) => [`${begin}`, tf.max(tf.slice(w, [begin], [size]))])),
  });
  const wide = planOf(
    source({ w: 20_000 }, {}, ({ w }) =>
      sums(w, [
        [9100, 20],
        [0, 9000],
        [9000, 100],
        [10_000, 10_000],
      ]),
    ),
  );
  expect(portsOf(wide)).toEqual(
    expect.arrayContaining([
      { kind: 'packed' },
      { kind: 'stretch', vector: 'w', begin: 0, end: 9000 },
      { kind: 'stretch', vector: 'w', begin: 10_000, end: 20_000 },
    ]),
  );
  // In the order in which they lie in the vector, so that one copy can do for neighbours.
  expect(wide.packedIn.map(({ port, offset }) => [port, offset])).toEqual([
    [{ kind: 'stretch', vector: 'w', begin: 9000, end: 9100 }, 0],
    [{ kind: 'stretch', vector: 'w', begin: 9100, end: 9120 }, 100],
  ]);
  const narrow = planOf(
    source({ w: 9000 }, {}, ({ w }) =>
      sums(w, [
        [0, 20],
        [20, 100],
        [120, 8000],
      ]),
    ),
  );
  expect(portsOf(narrow)).toEqual([{ kind: 'state', vector: 'w' }]);
});

it('reads packed slices anew at each call, whether they are neighbours or not', async () => {
  const store = new Store(await createEngine('onnx'), { w: Float32Array.from({ length: 30_000 }, (_, i) => i) });
  const call = program(store, {
    name: 'slices',
    inputs: {},
    run: ({ w }) => {
      const largest = [
        [2, 8998],
        [9000, 3],
        [9003, 2],
        [9010, 1],
        [10_000, 9000],
      ].map(([begin, size]) => tf.max(tf.slice(w, [begin], [size])));
      return { state: { w: tf.mul(w, -1) }, outputs: { largest: tf.stack(largest) } };
    },
  });
  expect(Array.from((await call({})).outputs.largest)).toEqual([8999, 9002, 9004, 9010, 18_999]);
  expect(Array.from((await call({})).outputs.largest)).toEqual([-2, -9000, -9003, -9010, -10_000]);
});

it('leaves new state to the loop unless the graph reads it, and needs no model without work for the graph', () => {
  const decay = (state: Tensors) => tf.mul(state.w, 0.5);
  const alone = planOf(source({ w: 4096 }, {}, state => ({ state: { w: decay(state) } })));
  expect(alone.model).toBeNull();
  expect(alone.tails).toHaveLength(1);
  expect(alone.tails[0]).toMatchObject({
    size: 4096,
    arrays: [{ kind: 'state', vector: 'w' }],
    results: [{ kind: 'state', vector: 'w' }],
  });
  expect(alone.scalars).toMatchObject({
    places: [0.5],
    results: [{ port: { kind: 'tailScalar', size: 4096, index: 0 }, place: 0 }],
  });
  const read = planOf(
    source({ w: 4096 }, {}, state => {
      const w = decay(state);
      return { state: { w }, metrics: { largest: tf.max(w) } };
    }),
  );
  expect(read.tails).toEqual([]);
  expect(read.outputs.map(({ port }) => port)).toContainEqual({ kind: 'state', vector: 'w' });
});

it('makes a loop for each size, and reads in it what the graph has written of another vector', () => {
  const sizes = { small: 5000, large: 50_000, follower: 50_000 };
  const plan = planOf(
    source(sizes, {}, ({ small, large, follower }) => {
      const next = tf.mul(large, 0.5);
      const state = { small: tf.mul(small, 0.5), large: next, follower: tf.add(follower, next) };
      return { state, metrics: { largest: tf.max(next) } };
    }),
  );
  expect(plan.tails.map(({ size, results }) => [size, results.map(({ vector }) => vector)])).toEqual([
    [5000, ['small']],
    [50_000, ['follower']],
  ]);
  expect(plan.tails[1]?.arrays).toEqual([
    { kind: 'state', vector: 'follower' },
    { kind: 'fresh', vector: 'large' },
  ]);
});

it('hands a small tensor over as it is where it would be packed alone', () => {
  const plan = planOf(
    source({}, { x: { type: 'float32', shape: [4, 2] } }, (_, { x }) => ({ outputs: { y: tf.reshape(tf.exp(x), [2, 4]) } })),
  );
  expect(plan.inputs).toEqual([{ port: { kind: 'given', name: 'x' }, shape: [4, 2] }]);
  expect(plan.packedIn).toEqual([]);
  expect(plan.packedOut).toEqual([]);
});

it('leaves out a shape that only the caller would see', () => {
  const plan = planOf(
    source({}, { x: { type: 'float32', shape: [3000] } }, (_, { x }) => ({ outputs: { y: tf.reshape(tf.exp(x), [3, 1000]) } })),
  );
  expect(plan.nodes).toBe(1);
});

it('gives an input the one shape that the graph reads it in', () => {
  const plan = planOf(
    source({ w: 10_000 }, { i: { type: 'int32', shape: [6] } }, ({ w }, { i }) => ({
      outputs: { i: tf.sum(tf.reshape(i, [2, 3]), 1) },
      metrics: { largest: tf.max(tf.matMul(tf.reshape(w, [100, 100]), tf.ones([100, 100]))) },
    })),
  );
  expect(plan.inputs.map(({ shape }) => shape)).toEqual(
    expect.arrayContaining([
      [2, 3],
      [100, 100],
    ]),
  );
  expect(plan.nodes).toBe(4);
});

it('computes single numbers beside the graph: before it, behind it, and without it', () => {
  const plan = planOf(
    source({ step: 1 }, { rate: { type: 'float32', shape: [] }, x: { type: 'float32', shape: [3] } }, ({ step }, { rate, x }) => {
      const next = tf.add(step, 1);
      const scaled = tf.mul(x, tf.sqrt(rate));
      return { state: { step: next }, outputs: { scaled }, metrics: { root: tf.neg(tf.sqrt(tf.sum(tf.square(x)))) } };
    }),
  );
  expect(plan.scalars.before.map(({ operator }) => operator)).toEqual(expect.arrayContaining(['Add', 'Sqrt']));
  expect(plan.scalars.after.map(({ operator }) => operator)).toEqual(['Sqrt', 'Neg']);
  expect(plan.packedIn.map(({ port }) => port.kind)).toEqual(expect.arrayContaining(['given', 'scalar']));
  // Of the graph: two pieces of one tensor, x·√rate, x², its sum, and the results in one tensor.
  expect(plan.nodes).toBe(5);
});
