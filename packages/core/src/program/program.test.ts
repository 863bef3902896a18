import * as tf from '@tensorflow/tfjs-core';
import { ProgramError, Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from './create-engine.ts';
import type { Engine, ProgramSource } from './engine.ts';
import { bool, int32, program, uint8 } from './program.ts';
import { Store } from './store.ts';

const engines = {} as Record<'onnx' | 'wasm' | 'cpu' | 'tfjsWasm', Engine>;
beforeAll(async () => {
  engines.onnx = await createEngine('onnx');
  engines.wasm = await createEngine('wasm');
  engines.cpu = await createEngine('tensorflow', { backend: 'cpu' });
  engines.tfjsWasm = await createEngine('tensorflow', { backend: 'wasm' });
});

/** Counts how often an engine compiles, and what it lets go. */
function counted(engine: Engine) {
  const seen = { built: [] as ProgramSource[], disposed: 0 };
  const build = async (source: ProgramSource) => {
    seen.built.push(source);
    const executable = await engine.build(source);
    return {
      get metricNames() {
        return executable.metricNames;
      },
      run: executable.run.bind(executable),
      dispose: () => {
        seen.disposed++;
        executable.dispose();
      },
    };
  };
  return { seen, engine: { ...engine, build } satisfies Engine };
}

const iota = (size: number, scale = 1) => new Float32Array(size).map((_, i) => (i % 17) * scale);

describe.each(['onnx', 'wasm', 'cpu', 'tfjsWasm'] as const)('on %s', name => {
  const storeOf = <S extends ConstructorParameters<typeof Store>[1]>(initial: S) => new Store<S>(engines[name], initial);

  it('gives memory back once: what another agent has there since then stays its own', async () => {
    const [first, guard] = [storeOf({ w: iota(8) }), storeOf({ w: iota(8) })];
    const act = program(first, { name: 'act', inputs: {}, run: ({ w }) => ({ outputs: { w } }) });
    await act({});
    for (const part of [act, first, act, first]) part.dispose();
    const [second, third] = [storeOf({ w: iota(8, 2) }), storeOf({ w: iota(8, 3) })];
    expect(await second.read('w')).toEqual(iota(8, 2));
    expect(await third.read('w')).toEqual(iota(8, 3));
    expect(await guard.read('w')).toEqual(iota(8));
    for (const use of [
      () => first.read('w'),
      () => first.write('w', iota(8)),
      () => first.state(),
      async () => first.restore({ w: iota(8) }),
      () => act({}),
    ]) {
      await expect(async () => use()).rejects.toThrow(ProgramError);
      await expect(async () => use()).rejects.toThrow(/must not have been disposed of/);
    }
  });

  it('takes every type of input and gives every type of output', async () => {
    const inputs = { float: [2, 2], index: int32([2]), flag: bool([2, 2]), pixel: uint8([2]) } as const;
    const run = program(storeOf({}), {
      name: 'types',
      inputs,
      run: (_, { float, index, flag, pixel }) => ({
        outputs: {
          float: tf.where(flag, float, tf.neg(float)),
          index: tf.add(index, tf.scalar(1, 'int32')),
          flag: tf.logicalNot(flag),
          pixel: tf.mul(pixel, tf.scalar(2, 'int32')),
          pixelType: tf.scalar(pixel.dtype === 'int32' ? 1 : 0),
        },
      }),
    });
    const { outputs } = await run({
      float: Float32Array.of(1, 2, 3, 4),
      index: Int32Array.of(-5, 2 ** 30),
      flag: Uint8Array.of(1, 0, 0, 1),
      pixel: Uint8Array.of(255, 7),
    });
    expect(outputs.float).toEqual(Float32Array.of(1, -2, -3, 4));
    expect(outputs.index).toEqual(Int32Array.of(-4, 2 ** 30 + 1));
    expect(Array.from(outputs.flag)).toEqual([0, 1, 1, 0]);
    expect(outputs.pixel).toEqual(Int32Array.of(510, 14));
    expect(outputs.pixelType).toEqual(Float32Array.of(1));
  });

  // Small arrays share one tensor with others, large ones travel alone: 2048 numbers are the limit.
  it.each([1, 2047, 2048, 2049])('moves arrays and state of %s numbers', async size => {
    const store = storeOf({ v: iota(size), untouched: iota(size, 3) });
    const run = program(store, {
      name: 'sizes',
      inputs: { x: [size], y: ['batch', 1], factor: [] },
      run: ({ v, untouched }, { x, y, factor }) => ({
        state: { v: tf.add(v, tf.mul(x, factor)) },
        outputs: { echo: tf.add(x, 1), y: tf.mul(y, factor), old: v, untouched },
        metrics: { sum: tf.sum(y) },
      }),
    });
    const x = iota(size, 0.5);
    for (let step = 1; step <= 3; step++) {
      const { outputs, metrics } = await run({ x, y: Float32Array.of(step, 2), factor: Float32Array.of(2) });
      expect(outputs.echo).toEqual(x.map(value => value + 1));
      expect(outputs.y).toEqual(Float32Array.of(2 * step, 4));
      expect(outputs.old).toEqual(iota(size).map((value, i) => value + (step - 1) * 2 * x[i]));
      expect(outputs.untouched).toEqual(iota(size, 3));
      expect(await metrics.read()).toEqual({ sum: step + 2 });
    }
    expect(await store.read('v')).toEqual(iota(size).map((value, i) => value + 6 * x[i]));
    expect(await store.read('untouched')).toEqual(iota(size, 3));
    expect(x).toEqual(iota(size, 0.5));
  });

  it('reads arrays that are part of larger ones', async () => {
    const inputs = { small: [2], large: [2100], index: int32([2]), pixel: uint8([2]) } as const;
    const run = program(storeOf({}), {
      name: 'parts',
      inputs,
      run: (_, { small, large, index, pixel }) => ({
        outputs: { small: tf.neg(small), sum: tf.sum(large), index: tf.neg(index), pixel: tf.neg(pixel) },
      }),
    });
    const ones = new Float32Array(3000).fill(1, 500, 2600);
    const { outputs } = await run({
      small: Float32Array.of(9, 1, 2, 9).subarray(1, 3),
      large: ones.subarray(500, 2600),
      index: Int32Array.of(9, 3, 4).subarray(1),
      pixel: Uint8Array.of(9, 5, 6, 9).subarray(1, 3),
    });
    const { small, sum, index, pixel } = outputs;
    expect([small, sum, index, pixel].map(values => Array.from(values))).toEqual([[-1, -2], [2100], [-3, -4], [-5, -6]]);
  });

  it.each([4, 3000])(
    'reads and writes state of %s numbers in one step; copies are copies; programs share a store',
    async size => {
      const store = storeOf({ online: iota(size), target: new Float32Array(size), adam: { m: new Float32Array(size) } });
      const learn = program(store, {
        name: 'learn',
        inputs: {},
        run: ({ online, adam }) => ({ state: { online: tf.add(online, 1), adam: { m: tf.sub(online, adam.m) } } }),
      });
      const copy = program(store, { name: 'copy', inputs: {}, run: ({ online }) => ({ state: { target: online } }) });
      const exchange = program(store, {
        name: 'exchange',
        inputs: {},
        run: ({ online, target }) => ({ state: { online: target, target: online } }),
      });
      await learn({});
      await copy({});
      await learn({});
      await learn({});
      const plus = (n: number) => iota(size).map(value => value + n);
      expect(await store.state()).toEqual({
        online: plus(3),
        target: plus(1),
        'adam.m': plus(2).map((value, i) => value - (plus(1)[i] - iota(size)[i])),
      });
      await exchange({});
      expect([await store.read('online'), await store.read('target')]).toEqual([plus(1), plus(3)]);
      await exchange({});
      await copy({});
      expect(await store.read('target')).toEqual(plus(3));
    },
  );

  it('reads the batch size off the arrays and compiles once for each', async () => {
    const { engine, seen } = counted(engines[name]);
    const run = program(new Store(engine, {}), {
      name: 'batch',
      inputs: { x: ['batch', 2], y: ['batch'] },
      run: (_, { x, y }) => ({ outputs: { z: tf.mul(x, tf.reshape(y, [-1, 1])) } }),
    });
    for (const batch of [1, 3, 1, 3, 2, 1]) {
      const { outputs } = await run({ x: iota(2 * batch), y: iota(batch).map(value => value + 1) });
      expect(outputs.z).toEqual(iota(2 * batch).map((value, i) => value * (Math.floor(i / 2) + 1)));
    }
    expect(seen.built.map(({ inputs }) => inputs.x.shape)).toEqual([
      [1, 2],
      [3, 2],
      [2, 2],
    ]);
    run.dispose();
    expect(seen.disposed).toBe(3);
    await run({ x: iota(2), y: iota(1) });
    expect(seen.built.length).toBe(4);
  });

  it('gives metrics by name, in order, of scalars of any type and shape', async () => {
    const run = program(storeOf({}), {
      name: 'metrics',
      inputs: { x: [3] },
      run: (_, { x }) => ({
        metrics: { mean: tf.mean(x), count: tf.sum(tf.cast(tf.greater(x, 1), 'int32')), one: tf.slice(x, [0], [1]) },
      }),
    });
    const { metrics, outputs } = await run({ x: Float32Array.of(1, 2, 6) });
    expect(metrics.names).toEqual(['mean', 'count', 'one']);
    expect(await metrics.read()).toEqual({ mean: 3, count: 2, one: 1 });
    expect(outputs).toEqual({});
  });

  it('keeps metrics that were read when later calls overwrite outputs', async () => {
    const run = program(storeOf({}), { name: 'keep', inputs: { x: [1] }, run: (_, { x }) => ({ metrics: { x } }) });
    const first = (await run({ x: Float32Array.of(1) })).metrics;
    await first.read();
    const second = (await run({ x: Float32Array.of(2) })).metrics;
    expect([await first.read(), await second.read()]).toEqual([{ x: 1 }, { x: 2 }]);
  });

  it('leaves no tensor behind after 1,000 runs', async () => {
    const store = storeOf({ parameters: iota(8, 0.01) });
    const run = program(store, {
      name: 'many',
      inputs: { x: ['batch', 2], noise: uint8(['batch']) },
      run: ({ parameters }, { x, noise }) => {
        const loss = (p: tf.Tensor) =>
          tf.mean(
            tf.square(tf.add(tf.matMul(x as tf.Tensor2D, tf.reshape(p, [2, 4])), tf.cast(tf.reshape(noise, [-1, 1]), 'float32'))),
          );
        const [gradient] = tf.grads((p: tf.Tensor) => loss(p))([parameters]);
        return {
          state: { parameters: tf.sub(parameters, tf.mul(gradient, 0.01)) },
          outputs: { gradient },
          metrics: { loss: loss(parameters) },
        };
      },
    });
    const call = () => run({ x: Float32Array.of(1, 2, 3, 4), noise: Uint8Array.of(0, 1) });
    await (await call()).metrics.read();
    const before = tf.memory().numTensors;
    for (let i = 0; i < 1000; i++) await (await call()).metrics.read();
    expect(tf.memory().numTensors).toBe(before);
    run.dispose();
    store.dispose();
    expect(tf.memory().numTensors).toBe(name === 'onnx' || name === 'wasm' ? before : before - 1);
  });

  it('leaves the active backend as it was', async () => {
    const before = tf.getBackend();
    await program(storeOf({}), { name: 'quiet', inputs: { x: [1] }, run: (_, { x }) => ({ outputs: { x: tf.neg(x) } }) })({
      x: iota(1),
    });
    expect(tf.getBackend()).toBe(before);
  });

  it.each<[string, () => object, string]>([
    ['state of another size', () => ({ state: { v: tf.zeros([2]) } }), 'state "v" must keep its 3 numbers, got ""v" [2]".'],
    ['state of another name', () => ({ state: { w: tf.zeros([3]) } }), 'new state must be one of v, got ""w" [3]".'],
    ['state of another type', () => ({ state: { v: tf.zeros([3], 'int32') } }), 'state "v" must be float32, got "int32".'],
    [
      'metrics that are no scalars',
      () => ({ metrics: { loss: tf.zeros([2]) } }),
      'metric "loss" must be a scalar, got "[2]". Reduce it',
    ],
  ])('refuses %s', async (_, make, expected) => {
    const store = storeOf({ v: iota(3) });
    const attempt = (async () => program(store, { name: 'bad', inputs: {}, run: make })({}))();
    await expect(attempt).rejects.toBeInstanceOf(ProgramError);
    await expect(attempt).rejects.toThrow(`program "bad": ${expected}`);
    expect(await store.read('v')).toEqual(iota(3));
  });
});

describe('inputs are checked on every call', () => {
  const run = () =>
    program(new Store(engines.onnx, {}), {
      name: 'check',
      inputs: { x: ['batch', 2], index: int32(['batch']), rate: [] },
      run: (_, { x, index, rate }) => ({ outputs: { y: tf.add(tf.mul(tf.sum(x, 1), rate), tf.cast(index, 'float32')) } }),
    });
  const good = { x: iota(4), index: Int32Array.of(0, 1), rate: Float32Array.of(1) };

  it.each<[string, object, string]>([
    [
      'missing',
      { index: undefined },
      'input "index": must be a Int32Array [batch], got "nothing". Pass a typed array of that type.',
    ],
    ['of another type', { index: Float32Array.of(0, 1) }, 'input "index": must be a Int32Array [batch], got "Float32Array".'],
    ['a plain list', { x: [1, 2, 3, 4] }, 'input "x": must be a Float32Array [batch,2], got "Array".'],
    ['too short', { rate: new Float32Array(0) }, 'input "rate": must have the shape [], got "0 numbers".'],
    [
      'no whole rows',
      { x: iota(3) },
      'input "x": must have the shape [batch,2], got "3 numbers". Check the length of the array.',
    ],
    ['empty', { x: iota(0) }, 'input "x": must have the shape [batch,2], got "0 numbers".'],
    ['of another batch', { index: Int32Array.of(0, 1, 2) }, 'input "index": must have the shape [2], got "3 numbers".'],
  ])('%s', async (_, change, expected) => {
    const call = run();
    const attempt = async () => call({ ...good, ...change });
    await expect(attempt()).rejects.toBeInstanceOf(ProgramError);
    await expect(attempt()).rejects.toThrow(`program "check": ${expected}`);
    // Also once it is compiled.
    await call(good);
    await expect(attempt()).rejects.toThrow(expected);
  });

  it('and so are their shapes', () => {
    const make = () =>
      program(new Store(engines.onnx, {}), { name: 'twice', inputs: { x: ['batch', 'batch'] }, run: () => ({}) });
    expect(make).toThrow('program "twice": input "x" must have one batch axis at most, got ["batch","batch"]');
  });
});

describe('compiled programs', () => {
  it('answer at once, without a turn of the event loop, after the first call', () => {
    const run = program(new Store(engines.onnx, {}), {
      name: 'now',
      inputs: { x: [1] },
      run: (_, { x }) => ({ outputs: { y: tf.neg(x) }, metrics: { x } }),
    });
    const result = run({ x: Float32Array.of(3) });
    if (result instanceof Promise) throw new Error('a promise');
    expect(result.outputs.y).toEqual(Float32Array.of(-3));
    expect(result.metrics.read()).toEqual({ x: 3 });
  });

  it('run the function once per batch size', async () => {
    let runs = 0;
    const run = program(new Store(engines.onnx, {}), {
      name: 'once',
      inputs: { x: ['batch'] },
      run: (_, { x }) => {
        runs++;
        return { outputs: { y: tf.neg(x) } };
      },
    });
    for (const batch of [2, 2, 5, 2, 5]) await run({ x: iota(batch) });
    expect(runs).toBe(2);
  });

  it('may do nothing', async () => {
    const { outputs, metrics } = await program(new Store(engines.onnx, { v: iota(2) }), {
      name: 'idle',
      inputs: {},
      run: () => ({}),
    })({});
    expect([outputs, metrics.names, await metrics.read()]).toEqual([{}, [], {}]);
  });

  it('may give constants, and one value under several names', async () => {
    const run = program(new Store(engines.onnx, {}), {
      name: 'names',
      inputs: { x: [2] },
      run: (_, { x }) => {
        const y = tf.neg(x);
        return {
          outputs: { y, again: y, x, five: tf.scalar(5, 'int32'), six: tf.fill([2], 6) },
          metrics: { five: tf.scalar(5) },
        };
      },
    });
    const { outputs, metrics } = await run({ x: Float32Array.of(1, 2) });
    expect(outputs).toEqual({
      y: Float32Array.of(-1, -2),
      again: Float32Array.of(-1, -2),
      x: Float32Array.of(1, 2),
      five: Int32Array.of(5),
      six: Float32Array.of(6, 6),
    });
    expect(await metrics.read()).toEqual({ five: 5 });
  });

  it('fail as a whole when they cannot be recorded, and leave the state alone', async () => {
    const store = new Store(engines.onnx, { v: iota(2) });
    const run = program(store, { name: 'peek', inputs: {}, run: ({ v }) => ({ state: { v: tf.mul(v, v.dataSync()[0]) } }) });
    await expect((async () => run({}))()).rejects.toThrow('program "peek": no value may be read');
    expect(await store.read('v')).toEqual(iota(2));
  });
});

describe.each(['onnx', 'wasm', 'cpu'] as const)('Store on %s', name => {
  const make = () =>
    new Store(engines[name], { w: Float32Array.of(1, 2), adam: { m: Float32Array.of(3), step: Float32Array.of(4) } });

  it('copies what it is given and what it gives', async () => {
    const initial = Float32Array.of(1, 2);
    const store = new Store(engines[name], { w: initial });
    initial.fill(9);
    (await store.read('w')).fill(8);
    const written = Float32Array.of(5, 6);
    store.write('w', written);
    written.fill(7);
    expect(await store.read('w')).toEqual(Float32Array.of(5, 6));
  });

  it('names vectors with dots, in order, and gives and takes them all', async () => {
    const store = make();
    const state = await store.state();
    expect(Object.entries(state)).toEqual([
      ['w', Float32Array.of(1, 2)],
      ['adam.m', Float32Array.of(3)],
      ['adam.step', Float32Array.of(4)],
    ]);
    store.write('adam.m', Float32Array.of(-1));
    expect(state['adam.m']).toEqual(Float32Array.of(3));
    store.restore(state);
    expect(await store.state()).toEqual(state);
  });

  it('refuses unknown names and other lengths, and then changes nothing', async () => {
    const store = make();
    const before = await store.state();
    expect(() => store.read('v')).toThrow('Store.read: the name must be one of w, adam.m, adam.step, got "v"');
    expect(() => store.write('w', new Float32Array(3))).toThrow('Store.write: vector "w" must have 2 numbers, got 3');
    const { 'adam.step': _, ...rest } = before;
    expect(() => store.restore({ ...rest, w: Float32Array.of(7, 7) })).toThrow(
      'Store.restore: vector "adam.step" must have 1 numbers, got "nothing"',
    );
    expect(() => store.restore({ ...before, w: Float32Array.of(7, 7), 'adam.m': new Float32Array(2) })).toThrow(
      'must have 1 numbers, got "2 numbers"',
    );
    expect(await store.state()).toEqual(before);
  });
});

describe('engines agree', () => {
  it('on 20 steps of an actor-critic with momentum, from the same numbers', async () => {
    const [D, H, A, B] = [5, 32, 3, 64];
    const size = D * H + H + H * (A + 1) + A + 1;
    const rng = new Rng(4);
    const normals = (count: number, scale: number) => new Float32Array(count).map(() => scale * rng.standardNormal());
    const initial = { parameters: normals(size, 0.3), momentum: new Float32Array(size) };
    const batches = Array.from({ length: 20 }, () => ({
      obs: normals(B * D, 1),
      action: new Int32Array(B).map(() => rng.integers(0, A)),
      advantage: normals(B, 1),
      target: normals(B, 2),
      legal: new Uint8Array(B * A).map((_, i) => (i % A === 0 ? 1 : rng.integers(0, 2))),
    }));
    const train = async (engine: Engine) => {
      const store = new Store(engine, initial);
      const update = program(store, {
        name: 'update',
        inputs: {
          obs: ['batch', D],
          action: int32(['batch']),
          advantage: ['batch'],
          target: ['batch'],
          legal: uint8(['batch', A]),
        },
        run: ({ parameters, momentum }, { obs, action, advantage, target, legal }) => {
          const loss = (flat: tf.Tensor): tf.Scalar => {
            const cut = (from: number, shape: number[]) =>
              tf.reshape(tf.slice(flat, [from], [tf.util.sizeFromShape(shape)]), shape);
            const hidden = tf.tanh(tf.add(tf.matMul(obs as tf.Tensor2D, cut(0, [D, H]) as tf.Tensor2D), cut(D * H, [H])));
            const out = tf.add(
              tf.matMul(hidden as tf.Tensor2D, cut(D * H + H, [H, A + 1]) as tf.Tensor2D),
              cut(D * H + H + H * (A + 1), [A + 1]),
            );
            const logits = tf.where(tf.cast(legal, 'bool'), tf.slice(out, [0, 0], [-1, A]), tf.fill([B, A], -1e9));
            const value = tf.reshape(tf.slice(out, [0, A], [-1, 1]), [-1]);
            const logProb = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(action as tf.Tensor1D, A)), 1);
            const kept = tf.maximum(logProb, -5);
            return tf.sub(tf.mean(tf.squaredDifference(value, target)), tf.mean(tf.mul(kept, advantage)));
          };
          const [gradient] = tf.grads((flat: tf.Tensor) => loss(flat))([parameters]);
          const next = tf.add(tf.mul(momentum, 0.9), gradient);
          return {
            state: { parameters: tf.sub(parameters, tf.mul(next, 0.02)), momentum: next },
            metrics: { loss: loss(parameters), norm: tf.norm(gradient) as tf.Scalar },
          };
        },
      });
      const losses: number[] = [];
      for (const batch of batches) losses.push(...Object.values(await (await update(batch)).metrics.read()));
      return { losses, parameters: await store.read('parameters'), momentum: await store.read('momentum') };
    };
    const [reference, ...others] = [
      await train(engines.cpu),
      await train(engines.onnx),
      await train(engines.wasm),
      await train(engines.tfjsWasm),
    ];
    const distance = (a: ArrayLike<number>, b: ArrayLike<number>) =>
      Math.max(...Array.from(a, (value, i) => Math.abs(value - b[i])));
    expect(distance(reference.parameters, initial.parameters)).toBeGreaterThan(0.1);
    for (const other of others) {
      expect(distance(other.parameters, reference.parameters)).toBeLessThan(1e-5);
      expect(distance(other.momentum, reference.momentum)).toBeLessThan(1e-4);
      expect(distance(other.losses, reference.losses)).toBeLessThan(1e-4);
    }
  });
});
