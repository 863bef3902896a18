import type * as tf from '@tensorflow/tfjs-core';
import type { NumericArray } from '@zpin/contracts';
import type { Engine } from '../src/program/engine.ts';
import { type InputShape, program } from '../src/program/program.ts';
import { Store } from '../src/program/store.ts';

/** What a pure function of inputs gives on an engine, as plain numbers by name. */
export async function runOn(
  engine: Engine,
  inputs: Readonly<Record<string, InputShape>>,
  arrays: Readonly<Record<string, NumericArray>>,
  run: (inputs: Readonly<Record<string, tf.Tensor>>) => Record<string, tf.Tensor>,
): Promise<Record<string, number[]>> {
  const store = new Store(engine, {});
  const call = program(store, { name: 'test', inputs, run: (_, tensors) => ({ outputs: run(tensors) }) });
  const { outputs } = await call(arrays);
  const numbers = Object.entries(outputs).map(([name, array]): [string, number[]] => [name, Array.from(array as NumericArray)]);
  call.dispose();
  return Object.fromEntries(numbers);
}
