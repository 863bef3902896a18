import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Engine } from '../engine.ts';
import { program } from '../program.ts';
import { Store } from '../store.ts';
import { wasmEngine } from './wasm-engine.ts';

let engine: Engine;
beforeAll(() => {
  engine = wasmEngine();
});

type Unary = (x: tf.Tensor) => tf.Tensor;

async function apply(run: Unary, values: Float32Array): Promise<Float32Array> {
  const call = program(new Store(engine, {}), {
    name: 'function',
    inputs: { x: [values.length] },
    run: (_, { x }) => ({ outputs: { y: run(x) } }),
  });
  const { outputs } = await call({ x: values });
  call.dispose();
  return outputs.y as Float32Array;
}

/** Distance from a float to the next one away from 0; the smallest there is at 0. */
function spacing(value: number): number {
  return Math.max(2 ** -149, 2 ** (Math.floor(Math.log2(Math.abs(value))) - 23));
}

/** Numbers between bounds: evenly, and dense around 0. */
function sample(low: number, high: number): Float32Array {
  const rng = new Rng(5);
  const uniform = rng.uniformInto(new Float32Array(20_000), low, high);
  const near = new Float32Array(4000).map((_, i) => {
    const size = Math.min(Math.abs(low) || high, high) * 2 ** (-30 * rng.uniform(0, 1));
    return low < 0 && i % 2 ? -size : size;
  });
  return Float32Array.of(...uniform, ...near.filter(x => x >= low && x <= high));
}

const softplus = (x: number) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Function, what it should be in 64 bits, bounds, and how many units in the last place it may be off. */
const cases: readonly [string, Unary, (x: number) => number, low: number, high: number, units: number][] = [
  ['exp', tf.exp, Math.exp, -87, 88.7, 1.5],
  ['exp of results that are subnormal', tf.exp, Math.exp, -105, -87, 1.5],
  ['log', tf.log, Math.log, 1e-3, 1e4, 1.5],
  ['log near 1', tf.log, Math.log, 0.7, 1.5, 1.5],
  ['log of subnormal numbers', tf.log, Math.log, 2 ** -149, 2 ** -125, 1.5],
  ['tanh', tf.tanh, Math.tanh, -12, 12, 2.5],
  ['sigmoid', tf.sigmoid, x => 1 / (1 + Math.exp(-x)), -80, 20, 3],
  ['softplus', tf.softplus, softplus, -80, 30, 3],
  ['sin', tf.sin, Math.sin, -1000, 1000, 1],
  ['cos', tf.cos, Math.cos, -1000, 1000, 1],
  ['tan', tf.tan, Math.tan, -1000, 1000, 1],
  ['sin of large numbers', tf.sin, Math.sin, -(2 ** 20), 2 ** 20, 1],
  ['sinh', tf.sinh, Math.sinh, -89, 89, 1],
  ['cosh', tf.cosh, Math.cosh, -89, 89, 1],
  ['asin', tf.asin, Math.asin, -1, 1, 1],
  ['acos', tf.acos, Math.acos, -1, 1, 1],
  ['atan', tf.atan, Math.atan, -50, 50, 1],
  ['asinh', tf.asinh, Math.asinh, -1e6, 1e6, 1],
  ['acosh', tf.acosh, Math.acosh, 1, 1e6, 1],
  ['atanh', tf.atanh, Math.atanh, -0.999999, 0.999999, 1],
  ['power', x => tf.pow(x, 2.7), x => x ** Math.fround(2.7), 1e-3, 1e6, 1],
  ['power of a negative number', x => tf.pow(x, 3), x => x ** 3, -1000, 1000, 1],
];

describe('functions of the module are as exact as they promise', () => {
  it.each(cases)('%s', async (_name, run, truth, low, high, units) => {
    const x = sample(low, high);
    const y = await apply(run, x);
    let worst = { error: 0, at: 0 };
    for (const [i, value] of x.entries()) {
      const exact = truth(value);
      const error = Math.abs((y[i] as number) - exact) / spacing(exact);
      if (!(error <= worst.error)) worst = { error, at: value };
    }
    expect(worst.error, `units in the last place at ${worst.at}`).toBeLessThanOrEqual(units);
  });

  it('erf, to the digits of tables', async () => {
    const y = await apply(tf.erf, Float32Array.of(0.25, 0.5, 1, 1.5, 2, 3, 5, -1));
    const table = [
      0.2763263901682369, 0.5204998778130465, 0.8427007929497149, 0.9661051464753108, 0.9953222650189527, 0.9999779095030014, 1,
      -0.8427007929497149,
    ];
    for (const [i, value] of table.entries()) expect(Math.abs((y[i] as number) - value)).toBeLessThanOrEqual(spacing(value));
  });

  it('give at their ends what Math gives', async () => {
    const { NaN: none, POSITIVE_INFINITY: far } = Number;
    const x = Float32Array.of(-far, -200, -1, 0, 200, far, none);
    const ends: readonly [Unary, (x: number) => number][] = [
      [tf.exp, Math.exp],
      [tf.log, Math.log],
      [tf.tanh, Math.tanh],
      [tf.sigmoid, value => 1 / (1 + Math.exp(-value))],
      [tf.softplus, softplus],
      [tf.sinh, Math.sinh],
      [tf.cosh, Math.cosh],
      [tf.atan, Math.atan],
      [tf.asin, Math.asin],
      [tf.atanh, Math.atanh],
      [tf.acosh, Math.acosh],
      [tf.sign, Math.sign],
      [tf.sqrt, Math.sqrt],
      [value => tf.pow(value, 0), value => value ** 0],
      [value => tf.pow(value, 0.5), value => (value === -far ? none : value ** 0.5)],
      [value => tf.pow(value, -1), value => value ** -1],
      [value => tf.cast(tf.isNaN(value), 'float32'), value => Number(Number.isNaN(value))],
    ];
    for (const [run, truth] of ends) {
      const expected = x.map(truth);
      const found = await apply(run, x);
      for (const [i, value] of expected.entries()) {
        if (Number.isFinite(value)) expect(Math.abs((found[i] as number) - value)).toBeLessThanOrEqual(2 * spacing(value));
        else expect(found[i], `${run} of ${x[i]}`).toBe(value);
      }
    }
  });
});
