import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';

it('counts, scales and measures with numbers that never enter a graph', async () => {
  const engine = await createEngine('onnx');
  const store = new Store(engine, { step: Float32Array.of(3), kept: Float32Array.of(7) });
  const call = program(store, {
    name: 'count',
    inputs: { rate: [], x: [2] },
    run: ({ step, kept }, { rate, x }) => {
      const next = tf.add(step, 1);
      const decayed = tf.div(rate, tf.reshape(next, []));
      return {
        state: { step: next as tf.Tensor1D },
        outputs: { scaled: tf.mul(x, decayed), alone: decayed, same: kept },
        metrics: { norm: tf.sqrt(tf.sum(tf.square(x))), rate, constant: tf.scalar(2.5) },
      };
    },
  });
  for (const [t, x] of [
    [4, [3, 4]],
    [5, [5, 12]],
  ] as const) {
    const { outputs, metrics } = await call({ rate: Float32Array.of(20), x: Float32Array.from(x) });
    expect(await store.read('step')).toEqual(Float32Array.of(t));
    expect(outputs.scaled).toEqual(Float32Array.from(x, value => Math.fround((value * 20) / t)));
    expect([outputs.alone, outputs.same]).toEqual([Float32Array.of(20 / t), Float32Array.of(7)]);
    expect(await metrics.read()).toEqual({ norm: t === 4 ? 5 : 13, rate: 20, constant: 2.5 });
  }
});

it('rounds each step to single precision, as a graph does', async () => {
  const engine = await createEngine('onnx');
  const call = program(new Store(engine, {}), {
    name: 'round',
    inputs: { a: [], b: [] },
    run: (_, { a, b }) => ({ outputs: { difference: tf.sub(tf.add(a, b), a), third: tf.mul(tf.div(a, 3), 3) } }),
  });
  const { outputs } = await call({ a: Float32Array.of(2 ** 24), b: Float32Array.of(1) });
  // 2²⁴ + 1 is no single.
  expect(outputs.difference).toEqual(Float32Array.of(0));
  expect(outputs.third).toEqual(Float32Array.of(Math.fround(Math.fround(2 ** 24 / 3) * 3)));
});

it('leaves state as it was when the graph fails', async () => {
  const engine = await createEngine('onnx');
  const store = new Store(engine, { step: Float32Array.of(1) });
  const call = program(store, {
    name: 'fail',
    inputs: { index: { type: 'int32', shape: [1] } },
    run: ({ step }, { index }) => ({
      state: { step: tf.add(step, 1) as tf.Tensor1D },
      outputs: { picked: tf.gather(tf.tensor1d([1, 2, 3]), index as tf.Tensor1D) },
    }),
  });
  expect(() => call({ index: Int32Array.of(5) })).toThrow();
  expect(await store.read('step')).toEqual(Float32Array.of(1));
  await call({ index: Int32Array.of(2) });
  expect(await store.read('step')).toEqual(Float32Array.of(2));
});
