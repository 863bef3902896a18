import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { describe, expect, it, vi } from 'vitest';
import { unflattenParams } from '../../nn/layout.ts';
import { mlp } from '../../nn/mlp.ts';
import { valueAndGrad } from '../../nn/value-and-grad.ts';
import { adam } from '../../optim/adam.ts';
import { createEngine } from '../create-engine.ts';
import type { Engine, ProgramChoices } from '../engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';
import { chooseEngine } from './choose-engine.ts';

describe('the rule', () => {
  it.each([
    ['acting, 4-64-64-2', { productOperations: 8960, nodes: 10 }, 'wasm'],
    ['no products at all', { productOperations: 0, nodes: 0 }, 'wasm'],
    ['PPO, 64-64, batch 64', { productOperations: 3_401_990, nodes: 153 }, 'wasm'],
    ['just as much', { productOperations: 700_000, nodes: 10 }, 'wasm'],
    ['an operation more', { productOperations: 700_001, nodes: 10 }, 'onnx'],
    ['SAC, 256-256, batch 256', { productOperations: 546_703_360, nodes: 325 }, 'onnx'],
  ] as const)('takes for %s', (_, size, expected) => {
    expect(chooseEngine(size)).toBe(expected);
  });
});

/** A learner of so many units that updates belong on ONNX Runtime, and acting on WebAssembly. */
function learner(engine: Engine) {
  const network = mlp({ inputSize: 4, hiddenSizes: [96, 96], outputSize: 2 });
  const optimizer = adam();
  const rng = new Rng(3);
  const store = new Store(engine, {
    online: network.init(rng),
    adam: optimizer.init(network.layout.size),
    count: new Float32Array(1),
  });
  const update = program(store, {
    name: 'update',
    inputs: { x: ['batch', 4] },
    run: ({ online, adam, count }, { x }) => {
      const { loss, gradient } = valueAndGrad(network.layout, params => ({
        loss: tf.mean(tf.square(tf.sub(network.apply(params, x), tf.sum(x, 1, true)))),
      }))(online);
      const next = optimizer.step({ parameters: online, gradient, state: adam, learningRate: 1e-3 });
      return { state: { online: next.parameters, adam: next.state, count: tf.add(count, 1) }, metrics: { loss } };
    },
  });
  const act = program(store, {
    name: 'act',
    inputs: { x: ['batch', 4] },
    run: ({ online, count }, { x }) => ({
      state: { count: tf.add(count, 1) },
      outputs: { y: network.apply(unflattenParams(network.layout, online), x) },
    }),
  });
  /** Some updates, acting before, between and after them, with memory growing at times. */
  const run = async (steps: number) => {
    const seen: number[] = [];
    for (let step = 0; step < steps; step++) {
      seen.push(((await act({ x: rng.uniformInto(new Float32Array(4), -1, 1) })).outputs.y as Float32Array)[0] as number);
      if (step % 5 === 3) new Store(engine, { large: new Float32Array(50_000 * step) }).dispose();
      const { metrics } = await update({ x: rng.uniformInto(new Float32Array(256 * 4), -1, 1) });
      seen.push((await metrics.read()).loss as number);
    }
    return { seen, state: await store.state() };
  };
  return run;
}

const all = (choices: ProgramChoices, name: 'onnx' | 'wasm'): ProgramChoices =>
  Object.fromEntries(Object.keys(choices).map(key => [key, name]));

describe('onnx+wasm', () => {
  it('runs wide programs on ONNX Runtime and small ones as WebAssembly, on the same state', async () => {
    const engine = await createEngine('onnx+wasm');
    const { seen, state } = await learner(engine)(20);
    expect(Object.values(engine.choices?.() ?? {}).toSorted()).toEqual(['onnx', 'wasm']);
    const expected = await learner(await createEngine('onnx'))(20);
    expect(state.count).toEqual(Float32Array.of(40));
    for (const [k, value] of expected.seen.entries()) expect(seen[k]).toBeCloseTo(value, 3);
    // Acting changes no weights: all that learns ran on ONNX Runtime, and has its bits.
    expect(state).toEqual(expected.state);
  });

  it('has the bits of the one engine where all programs run on that', async () => {
    const first = await createEngine('onnx+wasm');
    await learner(first)(1);
    const choices = first.choices?.() ?? {};
    expect(Object.keys(choices)).toHaveLength(2);
    for (const name of ['onnx', 'wasm'] as const) {
      const engine = await createEngine('onnx+wasm', { choices: all(choices, name) });
      expect(await learner(engine)(9)).toEqual(await learner(await createEngine(name))(9));
      expect(engine.choices?.()).toEqual(all(choices, name));
    }
  });

  it('tells programs of one name by their sizes', async () => {
    const engine = await createEngine('onnx+wasm');
    for (const size of [4, 400]) {
      const store = new Store(engine, { w: new Float32Array(size * size).fill(1) });
      const square = program(store, {
        name: 'square',
        inputs: {},
        run: ({ w }) => {
          const matrix = tf.reshape(w, [size, size]) as tf.Tensor2D;
          return { state: { w: tf.reshape(tf.matMul(matrix, matrix), [-1]) } };
        },
      });
      await square({});
      await square({});
      expect((await store.read('w')).every(value => value === size ** 3)).toBe(true);
    }
    expect(Object.values(engine.choices?.() ?? {})).toEqual(['wasm', 'onnx']);
  });

  it('runs a program that WebAssembly memory has no room for on ONNX Runtime, and says so once', async () => {
    const engine = await createEngine('onnx+wasm');
    const store = new Store(engine, { x: Float32Array.of(1, 2, 3) });
    const wide = program(store, {
      name: 'wide',
      inputs: { given: [100_000, 1] },
      run: ({ x }, { given }) => ({ state: { x: tf.max(tf.mul(given, x), 0) } }),
    });
    const grow = vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
      throw new RangeError('no more memory');
    });
    await wide({ given: new Float32Array(100_000).fill(1) });
    grow.mockRestore();
    expect(await store.read('x')).toEqual(Float32Array.of(1, 2, 3));
    expect(engine.takeNotes?.()).toEqual(['program "wide" is too large for WebAssembly memory and runs on ONNX Runtime']);
    expect(engine.takeNotes?.()).toEqual([]);
    expect(Object.values(engine.choices?.() ?? {})).toEqual(['onnx']);
  });
});
