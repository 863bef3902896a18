import * as tf from '@tensorflow/tfjs-core';
import type { NumericArray } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, scaleOf } from '../../../tools/testing/expect-close.ts';
import { createEngine } from '../src/program/create-engine.ts';
import type { Engine } from '../src/program/engine.ts';
import { bool, type InputShape, int32, program } from '../src/program/program.ts';
import { Store } from '../src/program/store.ts';
import { type CaseInput, type OpCase, opCases, scalarise } from './op-cases.ts';

let engines: { onnx: Engine; wasm: Engine; cpu: Engine; tfjsWasm: Engine };

beforeAll(async () => {
  engines = {
    onnx: await createEngine('onnx'),
    wasm: await createEngine('wasm'),
    cpu: await createEngine('tensorflow', { backend: 'cpu' }),
    tfjsWasm: await createEngine('tensorflow', { backend: 'wasm' }),
  };
});

function shapeOf({ dtype, shape }: CaseInput): InputShape {
  return dtype === 'int32' ? int32(shape) : dtype === 'bool' ? bool(shape) : shape;
}

function arrayOf({ dtype, values }: CaseInput): NumericArray {
  return dtype === 'int32' ? Int32Array.from(values) : dtype === 'bool' ? Uint8Array.from(values) : Float32Array.from(values);
}

/** Value, gradient and gradient of the gradient's length, as one program. */
async function derivatives(engine: Engine, { name, inputs, run, order }: OpCase): Promise<Record<string, number[]>> {
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
      if (order >= 1) tf.grads(loss)(wanted).forEach((gradient, k) => (outputs[`gradient${k}`] = gradient));
      if (order >= 2) {
        const length = (...some: tf.Tensor[]) =>
          tf.addN(
            tf
              .grads(loss)(some)
              .map(gradient => tf.sum(tf.square(gradient))),
          );
        tf.grads(length)(wanted).forEach((gradient, k) => (outputs[`second${k}`] = gradient));
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

function expectSame(actual: Record<string, number[]>, expected: Record<string, number[]>): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(expected).sort());
  for (const [key, numbers] of Object.entries(expected)) expectWithin(actual[key], numbers, 2e-5 * scaleOf(numbers), key);
}

describe.each(opCases.map(testCase => [testCase.name, testCase] as const))('%s', (_, testCase) => {
  it('compiled equals op by op, to the order that it has derivatives', async () => {
    expectSame(await derivatives(engines.onnx, testCase), await derivatives(engines.cpu, testCase));
  });

  it('compiled to WebAssembly equals op by op', async () => {
    expectSame(await derivatives(engines.wasm, testCase), await derivatives(engines.cpu, testCase));
  });

  it('is the same on the WebAssembly backend of TensorFlow.js', async () => {
    expectSame(await derivatives(engines.tfjsWasm, testCase), await derivatives(engines.cpu, testCase));
  });
});
