import * as tf from '@tensorflow/tfjs-core';
import type { NumericArray } from '@zpin/contracts';
import { bool, type Engine, type InputShape, int32, program, Store } from '@zpin/core';
import { type CaseInput, type OpCase, scalarise } from './op-cases.ts';

function shapeOf({ dtype, shape }: CaseInput): InputShape {
  return dtype === 'int32' ? int32(shape) : dtype === 'bool' ? bool(shape) : shape;
}

function arrayOf({ dtype, values }: CaseInput): NumericArray {
  return dtype === 'int32' ? Int32Array.from(values) : dtype === 'bool' ? Uint8Array.from(values) : Float32Array.from(values);
}

/** Value, gradient and gradient of the gradient's length, as one program. */
export async function derivatives(engine: Engine, { name, inputs, run, order }: OpCase): Promise<Record<string, number[]>> {
  const store = new Store(engine, { unused: new Float32Array(1) });
  const floats = inputs.flatMap(({ dtype }, i) => (dtype === 'float32' ? [i] : []));
  const compute = program(store, {
    name,
    inputs: Object.fromEntries(inputs.map((input, i) => [`x${i}`, shapeOf(input)])),
    run: (_, tensors) => {
      const all = inputs.map((_, i) => tensors[`x${i}`] as tf.Tensor);
      const wanted = floats.map(i => all[i] as tf.Tensor);
      const loss = (...some: tf.Tensor[]) =>
        scalarise(run(...all.map((tensor, i) => (floats.includes(i) ? (some[floats.indexOf(i)] as tf.Tensor) : tensor))));
      const outputs: Record<string, tf.Tensor> = { value: run(...all) };
      if (order >= 1) {
        for (const [k, gradient] of tf.grads(loss)(wanted).entries()) outputs[`gradient${k}`] = gradient;
      }
      if (order >= 2) {
        const length = (...some: tf.Tensor[]) =>
          tf.addN(
            tf
              .grads(loss)(some)
              .map(gradient => tf.sum(tf.square(gradient))),
          );
        for (const [k, gradient] of tf.grads(length)(wanted).entries()) outputs[`second${k}`] = gradient;
      }
      return { outputs };
    },
  });
  const { outputs } = await compute(Object.fromEntries(inputs.map((input, i) => [`x${i}`, arrayOf(input)])));
  const numbers = Object.fromEntries(Object.entries(outputs).map(([key, array]) => [key, Array.from(array as NumericArray)]));
  compute.dispose();
  store.dispose();
  return numbers;
}
