import * as tf from '@tensorflow/tfjs';
import { expect, it } from 'vitest';
import { onnxEngine } from './onnx.ts';
import { nativeRuntime } from './onnx-runtime.ts';
import { program } from './program.ts';
import { Store } from './store.ts';

/** Numbers that fill more than a page of WebAssembly memory. */
const SIZE = 70_000;

it('keeps its arrays while memory grows for the vectors of a program, and for those of others', async () => {
  const engine = onnxEngine(await nativeRuntime());
  const values = Float32Array.from({ length: SIZE }, (_, i) => i);
  const store = new Store(engine, { a: values, b: values.map(x => -x) });
  const rotate = (x: tf.Tensor1D) => tf.concat1d([tf.slice1d(x, 1, SIZE - 1), tf.slice1d(x, 0, 1)]);
  const call = program(store, { name: 'rotate', inputs: {}, run: ({ a, b }) => ({ state: { a: rotate(a), b: rotate(b) } }) });
  for (let turn = 1; turn <= 3; turn++) {
    await call({});
    expect((await store.read('a')).subarray(0, 3)).toEqual(Float32Array.of(turn, turn + 1, turn + 2));
    expect((await store.read('b')).at(-1)).toBe(-(turn - 1));
    new Store(engine, { other: values });
  }
  call.dispose();
  store.dispose();
});
