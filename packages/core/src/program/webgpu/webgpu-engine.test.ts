import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { expectWithin, scaleOf } from '../../../../../tools/testing/expect-close.ts';
import { derivatives } from '../../../test/derivatives.ts';
import { opCases } from '../../../test/op-cases.ts';
import { type Fields, readProtobuf } from '../../../test/read-protobuf.ts';
import { runOn } from '../../../test/run-on.ts';
import { alive, log, SimulatedSession } from '../../../test/simulated-device.ts';
import { mlp } from '../../nn/mlp.ts';
import { valueAndGrad } from '../../nn/value-and-grad.ts';
import { adam } from '../../optim/adam.ts';
import { createEngine } from '../create-engine.ts';
import type { Engine } from '../engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';
import { webgpuEngine } from './webgpu-engine.ts';
import { WebgpuRuntime } from './webgpu-runtime.ts';

// On a device that is simulated: ONNX Runtime's provider itself is compared by `pnpm bench conformance --engine webgpu`, where there is one.
let engine: Engine;
let cpu: Engine;

beforeAll(async () => {
  cpu = await createEngine('tensorflow', { backend: 'cpu' });
});
beforeEach(() => {
  engine = webgpuEngine(new WebgpuRuntime(SimulatedSession));
  alive.clear();
  log.length = 0;
});

/** Operators of all models that were loaded. */
function operators(): Set<string> {
  const messages = (fields: Fields, number: number) => (fields.get(number) ?? []) as Uint8Array[];
  const found = new Set<string>();
  for (const { made } of log) {
    for (const graph of made ? messages(readProtobuf(made), 7) : [])
      for (const node of messages(readProtobuf(graph), 1))
        found.add(new TextDecoder().decode(messages(readProtobuf(node), 4)[0]));
  }
  return found;
}

describe('operators that WebGPU lacks', () => {
  const lacking = ['IsInf', 'IsNaN', 'Or', 'Mod', 'Round', 'Sign'];
  const cases = opCases.filter(({ name }) =>
    /^(isInf|isNaN|isFinite|logicalOr|mod|round|sign|mirrorPad|stridedSlice|reverse)/.test(name),
  );

  it('are tried by these cases', () => {
    for (const name of ['isInf', 'isNaN', 'isFinite', 'logicalOr', 'mod', 'round', 'sign', 'mirrorPad', 'stridedSlice'])
      expect(
        cases.some(testCase => testCase.name.startsWith(name)),
        name,
      ).toBe(true);
  });

  it.each(cases.map(testCase => [testCase.name, testCase] as const))(
    '%s has its values and derivatives without them',
    async (_, testCase) => {
      const [actual, expected] = [await derivatives(engine, testCase), await derivatives(cpu, testCase)];
      for (const [key, numbers] of Object.entries(expected)) expectWithin(actual[key], numbers, 2e-5 * scaleOf(numbers), key);
      for (const operator of lacking) expect(operators()).not.toContain(operator);
    },
  );

  it('have the values of IEEE 754 where that says which', async () => {
    const x = [0, -0, 0.5, 1.5, 2.5, -0.5, -1.5, 0.49999997, 8388609, -3.7, Infinity, -Infinity, Number.NaN];
    const y = [1, 1, 0.3, 1, 2, 0.3, 1, 1, 2, 2, 1, 1, 1];
    const finite = x.map((_, i) => i).filter(i => Number.isFinite(x[i]));
    const run = ({ x: value, y: divisor }: Readonly<Record<string, tf.Tensor>>) => ({
      ...{ isNaN: tf.isNaN(value), isInf: tf.isInf(value), isFinite: tf.isFinite(value) },
      ...{ round: tf.round(value), sign: tf.sign(value), mod: tf.mod(value, divisor) },
      or: tf.logicalOr(tf.isNaN(value), tf.isInf(value)),
    });
    const found = await runOn(
      engine,
      { x: [x.length], y: [x.length] },
      { x: Float32Array.from(x), y: Float32Array.from(y) },
      run,
    );
    expect(found.isNaN).toEqual(x.map(value => Number(Number.isNaN(value))));
    expect(found.isInf).toEqual(x.map(value => Number(Math.abs(value) === Infinity)));
    expect(found.isFinite).toEqual(x.map(value => Number(Number.isFinite(value))));
    expect(found.or).toEqual(found.isFinite.map(value => 1 - value));
    expect(finite.map(i => found.round[i] + 0)).toEqual([0, 0, 0, 2, 2, 0, -2, 0, 8388609, -4]);
    expect(found.round.slice(10)).toEqual([Infinity, -Infinity, Number.NaN]);
    expect(finite.map(i => found.sign[i] + 0)).toEqual([0, 0, 1, 1, 1, -1, -1, 1, 1, -1]);
    // The sign of the divisor.
    expectWithin(
      finite.map(i => found.mod[i]),
      [0, 0, 0.2, 0.5, 0.5, 0.1, 0.5, 0.49999997, 1, 0.3],
      1e-6,
      'mod',
    );
  });
});

/** A network that fits numbers, with 30 × 30 weights. */
function fitting(on: Engine) {
  const rng = new Rng(1);
  const network = mlp({ inputSize: 3, hiddenSizes: [30, 30], outputSize: 1 });
  const optimizer = adam();
  const store = new Store(on, {
    online: network.init(rng),
    target: new Float32Array(network.layout.size),
    adam: optimizer.init(network.layout.size),
  });
  const update = program(store, {
    name: 'fit',
    inputs: { x: ['batch', 3], y: ['batch', 1], learningRate: [] },
    run({ online, adam: moments }, { x, y, learningRate }) {
      const { loss, gradient } = valueAndGrad(network.layout, params => ({
        loss: tf.mean(tf.squaredDifference(network.apply(params, x), y)),
      }))(online);
      const next = optimizer.step({ parameters: online, gradient, state: moments, learningRate });
      return { state: { online: next.parameters, target: online, adam: next.state }, metrics: { loss } };
    },
  });
  const step = async () => {
    const [x, y] = [rng.standardNormalInto(new Float32Array(24)), rng.standardNormalInto(new Float32Array(8))];
    return (await update({ x, y, learningRate: Float32Array.of(1e-2) })).metrics.read();
  };
  return { store, step, update, size: network.layout.size };
}

it('trains as op by op does', async () => {
  const [there, here] = [fitting(engine), fitting(cpu)];
  for (let k = 0; k < 20; k++) expect((await there.step()).loss).toBeCloseTo((await here.step()).loss, 4);
  const expected = await here.store.state();
  for (const [name, values] of Object.entries(await there.store.state()))
    expectWithin(Array.from(values), Array.from(expected[name]), 1e-4 * scaleOf(Array.from(expected[name])), name);
});

it('leaves weights on the device, and no tensor of a call before', async () => {
  const { step, update, store, size } = fitting(engine);
  await step();
  // The weights, their copy and two moments; the number of steps is in main memory.
  expect(alive.size).toBe(4);
  log.length = 0;
  for (let k = 0; k < 5; k++) await step();
  expect(alive.size).toBe(4);
  const moved = log.map(({ up = 0, down = 0 }) => Math.max(up, down));
  expect(Math.max(...moved)).toBeLessThan(100);
  expect(size).toBeGreaterThan(1000);
  store.dispose();
  update.dispose();
  expect(alive.size).toBe(0);
});

it('reads, writes and restores vectors where they are', async () => {
  const { store, step } = fitting(engine);
  const before = await store.state();
  await step();
  expect((await store.state()).online).not.toEqual(before.online);
  expect((await store.state()).target).toEqual(before.online);
  store.restore(before);
  expect(await store.state()).toEqual(before);
});
