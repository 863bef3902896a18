import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { expectWithin } from '../../../../../tools/testing/expect-close.ts';
import { useCpuBackend } from '../../../test/cpu-backend.ts';
import { adam } from '../../optim/adam.ts';
import { createEngine } from '../create-engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';
import { planProgram } from './plan.ts';

await useCpuBackend();

const SIZE = 4096;

type State = Readonly<Record<'w' | 'm' | 'v' | 'u' | 'um' | 'uv' | 'follower' | 'step' | 'small', tf.Tensor1D>>;
type Result = {
  readonly state: Partial<State>;
  readonly outputs?: Record<string, tf.Tensor>;
  readonly metrics?: Record<string, tf.Tensor>;
};
type Run = (state: State, x: tf.Tensor) => Result;

const sizes: Readonly<Record<keyof State, number>> = {
  w: SIZE,
  m: SIZE,
  v: SIZE,
  u: SIZE,
  um: SIZE,
  uv: SIZE,
  follower: SIZE,
  step: 1,
  small: 4,
};

/** Vectors that differ from each other and from element to element. */
const first = () =>
  Object.fromEntries(
    Object.entries(sizes).map(([name, size], k) => [
      name,
      Float32Array.from({ length: size }, (_, i) => Math.abs(Math.sin(i + 7 * k))),
    ]),
  ) as Record<keyof State, Float32Array>;

function stepOf(parameters: tf.Tensor1D, gradient: tf.Tensor, state: { m: tf.Tensor1D; v: tf.Tensor1D; step: tf.Tensor1D }) {
  return adam().step({ parameters, gradient: gradient as tf.Tensor1D, state, learningRate: 0.1 });
}

/** What it costs: a number of the old w, one of the new w, one of both, and one of neither. */
const criticThenActor: Run = ({ w, m, v, follower, step, small }, x) => {
  const shared = tf.sum(tf.square(x));
  const activity = tf.tanh(tf.mul(w, x));
  const { parameters, state } = stepOf(w, tf.mul(activity, shared), { m, v, step });
  const fresh = tf.sum(tf.mul(parameters, activity));
  return {
    state: {
      w: parameters,
      ...state,
      follower: tf.add(tf.mul(follower, 0.9), tf.mul(parameters, 0.1)) as tf.Tensor1D,
      small: tf.add(small, fresh) as tf.Tensor1D,
    },
    outputs: { both: tf.mul(fresh, tf.slice(activity, [0], [3])), neither: tf.exp(tf.slice(x, [5], [2])) },
    metrics: { late: fresh, shared, early: tf.mean(w) },
  };
};

/** A second step, whose gradient the first one's result is needed for. */
const twoSteps: Run = ({ w, m, v, u, um, uv, step }, x) => {
  const one = stepOf(w, tf.mul(w, x), { m, v, step });
  const slope = tf.mul(tf.cumsum(one.parameters), x);
  const two = stepOf(u, slope, { m: um, v: uv, step });
  const third = tf.sum(tf.cumsum(two.parameters));
  return {
    state: {
      w: one.parameters,
      m: one.state.m,
      v: one.state.v,
      step: one.state.step,
      u: two.parameters,
      um: two.state.m,
      uv: two.state.v,
    },
    metrics: { third },
  };
};

const source = (run: Run) => ({
  name: 'stages',
  inputs: { x: { type: 'float32', shape: [SIZE] } } as const,
  state: Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [
      name,
      { size, read: () => new Float32Array(size), write: () => {}, dispose: () => {} },
    ]),
  ),
  run: (state: Readonly<Record<string, tf.Tensor1D>>, { x }: Readonly<Record<string, tf.Tensor>>) => {
    const { outputs = {}, metrics = {}, ...result } = run(state as State, x);
    return { state: result.state as Record<string, tf.Tensor>, outputs, metrics };
  },
});

/** For each stage, the vectors that its loops make. */
const loopsOf = (run: Run) =>
  planProgram(source(run)).stages.map(({ tails }) => tails.flatMap(({ results }) => results.map(({ vector }) => vector)).sort());

it('puts a loop between two graphs', () => {
  expect(loopsOf(criticThenActor)).toEqual([['follower', 'm', 'v', 'w'], []]);
  expect(loopsOf(twoSteps)).toEqual([['m', 'v', 'w'], ['u', 'um', 'uv'], []]);
});

it('stays in one graph for a short step', () => {
  expect(
    loopsOf(({ w }, x) => ({ state: { w: tf.mul(w, 0.5) }, metrics: { y: tf.sum(tf.mul(tf.mul(w, 0.5), x)) } })),
  ).toHaveLength(1);
});

it('stays in one graph where what follows could fail after the state has changed', () => {
  const run: Run = ({ w, m, v, step }, x) => {
    const { parameters, state } = stepOf(w, x, { m, v, step });
    return {
      state: { w: parameters, ...state },
      metrics: { y: tf.sum(tf.gather(parameters, tf.cast(tf.slice(x, [0], [2]), 'int32'))) },
    };
  };
  expect(loopsOf(run)).toHaveLength(1);
});

it('stays in one graph where what follows needs a vector as it was', () => {
  const run: Run = ({ w, m, v, step, small }, x) => {
    const { parameters, state } = stepOf(w, x, { m, v, step });
    const changed = { w: parameters, ...state, small: tf.add(small, tf.mean(w)) as tf.Tensor1D };
    return { state: changed, metrics: { y: tf.mul(tf.sum(tf.exp(parameters)), tf.sum(tf.exp(small))) } };
  };
  expect(loopsOf(run)).toHaveLength(1);
  const difference: Run = ({ w, m, v, step }, x) => {
    const { parameters, state } = stepOf(w, x, { m, v, step });
    return { state: { w: parameters, ...state }, metrics: { y: tf.sum(tf.abs(tf.cumsum(tf.sub(parameters, w)))) } };
  };
  expect(loopsOf(difference)).toHaveLength(1);
});

it.each([
  ['a step and what follows', criticThenActor],
  ['two steps', twoSteps],
])('computes %s as TensorFlow.js does, call after call', async (_, run) => {
  const store = new Store(await createEngine('onnx'), first());
  const call = program(store, {
    name: 'stages',
    inputs: { x: [SIZE] },
    run: (state, { x }) => {
      const result = run(state, x);
      return { ...result, state: result.state as typeof state };
    },
  });
  const expected = first();
  for (let k = 1; k <= 3; k++) {
    const x = Float32Array.from({ length: SIZE }, (_, i) => Math.cos(i * k) / 64);
    const { outputs, metrics } = await call({ x });
    const eager = tf.tidy(() => {
      const state = Object.fromEntries(Object.entries(expected).map(([name, values]) => [name, tf.tensor1d(values)]));
      const result = run(state as State, tf.tensor1d(x));
      const read = (tensors: Readonly<Record<string, tf.Tensor>> = {}) =>
        Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, tensor.dataSync() as Float32Array]));
      return {
        state: read(result.state as Record<string, tf.Tensor>),
        outputs: read(result.outputs),
        metrics: read(result.metrics),
      };
    });
    Object.assign(expected, eager.state);
    const close = (found: ArrayLike<number>, wanted: ArrayLike<number>) =>
      expectWithin(Array.from(found), Array.from(wanted), value => 2e-4 * Math.max(1, Math.abs(value)));
    for (const name of Object.keys(sizes) as (keyof State)[]) close(await store.read(name), expected[name]);
    for (const [name, values] of Object.entries(eager.outputs)) close((outputs as Record<string, Float32Array>)[name], values);
    const found = await metrics.read();
    expect(Object.keys(found)).toEqual(Object.keys(eager.metrics));
    for (const [name, values] of Object.entries(eager.metrics)) close([found[name]], values);
  }
});
