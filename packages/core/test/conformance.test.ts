import { beforeAll, describe, expect, it } from 'vitest';
import { expectWithin, scaleOf } from '../../../tools/testing/expect-close.ts';
import { createEngine } from '../src/program/create-engine.ts';
import type { Engine } from '../src/program/engine.ts';
import { derivatives } from './derivatives.ts';
import { opCases } from './op-cases.ts';

let engines: { onnx: Engine; wasm: Engine; cpu: Engine; tfjsWasm: Engine };

beforeAll(async () => {
  engines = {
    onnx: await createEngine('onnx'),
    wasm: await createEngine('wasm'),
    cpu: await createEngine('tensorflow', { backend: 'cpu' }),
    tfjsWasm: await createEngine('tensorflow', { backend: 'wasm' }),
  };
});

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
