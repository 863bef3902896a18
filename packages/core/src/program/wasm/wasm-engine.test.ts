import * as tf from '@tensorflow/tfjs-core';
import { InputError, ProgramError, Rng } from '@zpin/contracts';
import { describe, expect, it, vi } from 'vitest';
import { mlp } from '../../nn/mlp.ts';
import { valueAndGrad } from '../../nn/value-and-grad.ts';
import { adam } from '../../optim/adam.ts';
import { int32, program, uint8 } from '../program.ts';
import { Store, type VectorTree } from '../store.ts';
import { wasmEngine } from './wasm-engine.ts';

const engine = wasmEngine();
const storeOf = <S extends VectorTree>(initial: S) => new Store<S>(engine, initial);
const integers = (size: number, seed: number) => {
  const rng = new Rng(seed);
  return new Float32Array(size).map(() => Math.floor(rng.uniform(-4, 5)));
};

/** Small integers, whose sums of products are exact in any order. */
function product(a: Float32Array, b: Float32Array, rows: number, inner: number, columns: number, ta: boolean, tb: boolean) {
  const result = new Float32Array(rows * columns);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      for (let k = 0; k < inner; k++) {
        const left = a[ta ? k * rows + i : i * inner + k] as number;
        result[i * columns + j] += left * (b[tb ? j * inner + k : k * columns + j] as number);
      }
    }
  }
  return result;
}

describe('products of matrices', () => {
  const transposes = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const;

  it.each(transposes)('are right in every size, transposed: %s, %s', async (ta, tb) => {
    for (const rows of [1, 3, 4, 9]) {
      for (const columns of [1, 2, 5, 16, 39, 130]) {
        for (const inner of [1, 2, 7, 21, 64]) {
          const [a, b] = [integers(rows * inner, 1), integers(inner * columns, 2)];
          const call = program(storeOf({ a, b }), {
            name: 'product',
            inputs: {},
            run: state => {
              const left = tf.reshape(state.a, ta ? [inner, rows] : [rows, inner]);
              const right = tf.reshape(state.b, tb ? [columns, inner] : [inner, columns]);
              return { outputs: { y: tf.matMul(left, right, ta, tb) } };
            },
          });
          const { outputs } = await call({});
          expect(outputs.y, `${rows} × ${inner} × ${columns}`).toEqual(product(a, b, rows, inner, columns, ta, tb));
          call.dispose();
        }
      }
    }
  });

  it('read slices and stacks where they lie', async () => {
    const [a, b] = [integers(2 * 5 * 6, 3), integers(2 * 6 * 21, 4)];
    const call = program(storeOf({ a, b }), {
      name: 'stack',
      inputs: {},
      run: state => {
        const left = tf.slice(tf.reshape(state.a, [2, 5, 6]), [0, 1, 0], [2, 4, 6]);
        return { outputs: { y: tf.matMul(left, tf.reshape(state.b, [2, 6, 21])) } };
      },
    });
    const { outputs } = await call({});
    const part = (k: number) =>
      product(a.slice(30 * k + 6, 30 * k + 30), b.slice(126 * k, 126 * k + 126), 4, 6, 21, false, false);
    expect(outputs.y).toEqual(Float32Array.of(...part(0), ...part(1)));
  });
});

describe('reductions', () => {
  it('are right along every axis of every length', async () => {
    for (const length of [1, 3, 16, 17, 35, 70]) {
      for (const width of [1, 3, 4, 18]) {
        const x = integers(length * width * 2, 5);
        const call = program(storeOf({ x }), {
          name: 'reductions',
          inputs: {},
          run: state => {
            const cube = tf.reshape(state.x, [2, length, width]);
            const ints = tf.cast(cube, 'int32');
            return {
              outputs: {
                down: tf.sum(cube, 1),
                along: tf.sum(tf.transpose(cube, [0, 2, 1]), 2),
                rows: tf.sum(tf.reshape(cube, [2 * width, length]), 1),
                all: tf.sum(ints),
                most: tf.max(tf.reshape(tf.neg(tf.abs(cube)), [2 * width, length]), 1),
                least: tf.min(tf.add(tf.abs(ints), 3), [0, 2]),
              },
            };
          },
        });
        const { outputs } = await call({});
        const at = (b: number, i: number, j: number) => x[(b * length + i) * width + j] as number;
        const range = (n: number) => Array.from({ length: n }, (_, i) => i);
        const total = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);
        const down = range(2).flatMap(b => range(width).map(j => total(range(length).map(i => at(b, i, j)))));
        const lines = range(2 * width).map(row => Array.from(x.slice(row * length, (row + 1) * length)));
        const text = `${length} × ${width}`;
        expect(Array.from(outputs.down), text).toEqual(down);
        expect(Array.from(outputs.along), text).toEqual(down);
        expect(Array.from(outputs.rows), text).toEqual(lines.map(total));
        expect(Array.from(outputs.all), text).toEqual([total(Array.from(x))]);
        expect(Array.from(outputs.most), text).toEqual(lines.map(line => Math.max(...line.map(v => -Math.abs(v)))));
        const least = (i: number) => Math.min(...range(2).flatMap(b => range(width).map(j => Math.abs(at(b, i, j)) + 3)));
        expect(Array.from(outputs.least), text).toEqual(range(length).map(least));
        call.dispose();
      }
    }
  });
});

describe('state in place', () => {
  it('is read before it is written, whatever the order', async () => {
    const size = 23;
    const [a, b] = [integers(size, 6), integers(size, 7)];
    const store = storeOf({ a, b, c: new Float32Array(size), scale: Float32Array.of(2) });
    const step = program(store, {
      name: 'swap',
      inputs: {},
      run: state => {
        const sum = tf.add(state.a, state.b);
        return {
          // Two change places, one is read backwards by what is written elsewhere, one is given as it was.
          state: { a: state.b, b: state.a, c: tf.mul(tf.reverse(state.a), sum), scale: tf.mean(sum) },
          outputs: { old: state.a, view: tf.slice(state.b, [3], [7]), product: tf.mul(tf.reverse(state.b), state.scale) },
        };
      },
    });
    const { outputs } = await step({});
    const sum = a.map((value, i) => value + (b[i] as number));
    expect(await store.state()).toEqual({
      a: b,
      b: a,
      c: sum.map((value, i) => value * (a[size - 1 - i] as number)),
      scale: Float32Array.of(Math.fround(sum.reduce((total, value) => total + value, 0) / size)),
    });
    expect(outputs.old).toEqual(a);
    expect(outputs.view).toEqual(b.slice(3, 10));
    expect(outputs.product).toEqual(b.toReversed().map(value => 2 * value));
  });

  it('gives products the new numbers where the program does, and the old ones where it does not', async () => {
    const w = integers(16, 8);
    const store = storeOf({ w });
    const step = program(store, {
      name: 'two products',
      inputs: {},
      run: state => {
        const next = tf.add(state.w, 1);
        const square = (x: tf.Tensor) => tf.matMul(tf.reshape(x, [4, 4]) as tf.Tensor2D, tf.reshape(x, [4, 4]) as tf.Tensor2D);
        return { state: { w: next }, outputs: { after: square(next), before: square(state.w) } };
      },
    });
    const { outputs } = await step({});
    const next = w.map(value => value + 1);
    expect(outputs.before).toEqual(product(w, w, 4, 4, 4, false, false));
    expect(outputs.after).toEqual(product(next, next, 4, 4, 4, false, false));
    expect(await store.read('w')).toEqual(next);
  });

  it('is left alone by a call that an index ends', async () => {
    const store = storeOf({ w: Float32Array.of(1, 2, 3) });
    const step = program(store, {
      name: 'pick',
      inputs: { index: int32([2]) },
      run: (state, { index }) => ({
        state: { w: tf.mul(state.w, 2) },
        outputs: { picked: tf.gather(tf.mul(state.w, 3), index as tf.Tensor1D) },
      }),
    });
    await expect((async () => step({ index: Int32Array.of(0, 3) }))()).rejects.toBeInstanceOf(ProgramError);
    await expect((async () => step({ index: Int32Array.of(0, 3) }))()).rejects.toThrow(
      'program "pick": indices must name elements that are there',
    );
    expect(await store.read('w')).toEqual(Float32Array.of(1, 2, 3));
    expect((await step({ index: Int32Array.of(2, -3) })).outputs.picked).toEqual(Float32Array.of(9, 3));
    expect(await store.read('w')).toEqual(Float32Array.of(2, 4, 6));
  });
});

it('reads bytes as they are given, in rows, columns and repeated', async () => {
  const pixels = Uint8Array.from({ length: 15 }, (_, i) => 17 * i);
  const call = program(storeOf({}), {
    name: 'bytes',
    inputs: { x: uint8([3, 5]) },
    run: (_, { x }) => ({
      outputs: {
        scaled: tf.div(tf.cast(x, 'float32'), 255),
        turned: tf.add(tf.transpose(x), tf.scalar(1, 'int32')),
        wide: tf.add(tf.zeros([3, 5], 'int32'), tf.slice(x, [0, 4], [3, 1])),
        product: tf.matMul(tf.cast(x, 'float32') as tf.Tensor2D, tf.ones([5, 2])),
      },
    }),
  });
  const { outputs } = await call({ x: pixels });
  expect(outputs.scaled).toEqual(Float32Array.from(pixels, value => value / 255));
  expect(Array.from(outputs.turned)).toEqual(
    [0, 1, 2, 3, 4].flatMap(column => [0, 1, 2].map(row => (pixels[row * 5 + column] as number) + 1)),
  );
  expect(Array.from(outputs.wide)).toEqual([0, 1, 2].flatMap(row => new Array(5).fill(pixels[row * 5 + 4])));
  const total = (row: number) => pixels.slice(5 * row, 5 * row + 5).reduce((sum, value) => sum + value, 0);
  expect(Array.from(outputs.product)).toEqual([0, 1, 2].flatMap(row => [total(row), total(row)]));
});

it('keeps computing when memory grows between programs, and gives memory back', async () => {
  const store = storeOf({ x: new Float32Array(64).fill(1) });
  const double = program(store, {
    name: 'double',
    inputs: {},
    run: ({ x }) => ({ state: { x: tf.mul(x, 2) }, metrics: { largest: tf.max(x) } }),
  });
  for (let k = 0; k < 5; k++) {
    expect(await (await double({})).metrics.read()).toEqual({ largest: 2 ** k });
    new Store(engine, { large: new Float32Array(300_000 * 2 ** k) }).dispose();
  }
  expect((await store.read('x')).every(value => value === 32)).toBe(true);
});

it('says so when memory cannot hold an array, and goes on', async () => {
  const store = storeOf({ x: Float32Array.of(3) });
  const huge = program(store, {
    name: 'huge',
    inputs: {},
    run: ({ x }) => ({ outputs: { y: tf.broadcastTo(x, [2 ** 15, 2 ** 15]) } }),
  });
  await expect((async () => huge({}))()).rejects.toThrow(
    'engine: the arrays of all its agents and programs must fit into the 4 GB that WebAssembly can address',
  );
  const negated = program(store, { name: 'small', inputs: {}, run: ({ x }) => ({ state: { x: tf.neg(x) } }) });
  await negated({});
  expect(await store.read('x')).toEqual(Float32Array.of(-3));
});

it('is refused where JavaScript has no vectors', () => {
  const validate = vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
  expect(wasmEngine).toThrow(InputError);
  expect(wasmEngine).toThrow('createEngine: engine "wasm" needs WebAssembly with vectors of 128 bits (SIMD)');
  validate.mockRestore();
  expect(wasmEngine().name).toBe('wasm');
});

it('has the same bits on every machine', async () => {
  const network = mlp({ inputSize: 3, hiddenSizes: [32, 19], outputSize: 2 });
  const optimizer = adam();
  const rng = new Rng(11);
  // Draws of arithmetic alone: logarithms of other makes of JavaScript differ.
  const online = rng.uniformInto(new Float32Array(network.layout.size), -0.4, 0.4);
  const store = storeOf({ online, adam: optimizer.init(network.layout.size) });
  const update = program(store, {
    name: 'fit',
    inputs: { x: [24, 3], noise: [24] },
    run: ({ online, adam }, { x, noise }) => {
      const { loss, gradient } = valueAndGrad(network.layout, params => {
        const y = network.apply(params, x);
        const target = tf.stack([tf.sin(tf.sum(x, 1)), tf.mul(tf.exp(tf.neg(tf.square(noise))), 0.5)], 1);
        return { loss: tf.sub(tf.mean(tf.squaredDifference(y, target)), tf.mul(tf.mean(tf.logSoftmax(y)), 0.01)) };
      })(online);
      const next = optimizer.step({ parameters: online, gradient, state: adam, learningRate: 1e-2 });
      return { state: { online: next.parameters, adam: next.state }, metrics: { loss } };
    },
  });
  for (let step = 0; step < 300; step++) {
    const x = rng.uniformInto(new Float32Array(72), -2, 2);
    await update({ x, noise: rng.uniformInto(new Float32Array(24), -1, 1) });
  }
  const weights = await store.read('online');
  let hash = 0;
  for (const word of new Uint32Array(weights.buffer)) hash = (Math.imul(hash, 31) + word) >>> 0;
  // Of the bits of all weights. It changes only with the arithmetic of the engine, which changes every run.
  expect([weights.length, hash]).toEqual([795, 1249286254]);
});
