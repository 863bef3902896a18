import * as tf from '@tensorflow/tfjs-core';
import { Rng } from '@zpin/contracts';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../src/program/create-engine.ts';
import type { Engine } from '../src/program/engine.ts';
import { runOn } from './run-on.ts';

/** One operation on tensors made before, counted from the last one back; one that does not fit their shapes is left out. */
interface Instruction {
  readonly operation: keyof typeof operations;
  readonly first: number;
  readonly second: number;
  /** Steers axes, shapes and factors. */
  readonly choice: number;
}

type Operation = (x: tf.Tensor, y: tf.Tensor, choice: number) => tf.Tensor | null;

function broadcasts(x: tf.Tensor, y: tf.Tensor): boolean {
  const rank = Math.min(x.rank, y.rank);
  for (let k = 1; k <= rank; k++) {
    const [p, q] = [x.shape[x.rank - k], y.shape[y.rank - k]];
    if (p !== q && p !== 1 && q !== 1) return false;
  }
  return Math.max(x.rank, y.rank) <= 4;
}

const binary =
  (run: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor): Operation =>
  (x, y) =>
    broadcasts(x, y) ? run(x, y) : null;
const axisOf = (x: tf.Tensor, choice: number) => choice % x.rank;
const factors = [-2, -1, -0.5, 0, 0.5, 1, 2];

/** Smooth and without products of growing numbers, so that rounding stays small and gradients are defined everywhere. */
const operations = {
  add: binary(tf.add),
  sub: binary(tf.sub),
  mul: binary((x, y) => tf.mul(tf.tanh(x), y)),
  div: binary((x, y) => tf.div(x, tf.add(tf.square(tf.tanh(y)), 1))),
  scale: (x, _, choice) => tf.mul(x, factors[choice % factors.length]),
  scaleLeft: (x, _, choice) => tf.mul(factors[choice % factors.length], x),
  shift: (x, _, choice) => tf.add(x, factors[choice % factors.length]),
  subtractFrom: (x, _, choice) => tf.sub(factors[choice % factors.length], x),
  neg: x => tf.neg(x),
  tanh: x => tf.tanh(x),
  sigmoid: x => tf.sigmoid(x),
  transpose: (x, _, choice) => tf.transpose(x, rotation(x.rank, choice)),
  flatten: x => tf.reshape(x, [-1]),
  regroup: (x, _, choice) =>
    x.rank < 2 ? null : tf.reshape(x, choice % 2 ? [x.shape[0], -1] : [-1, x.shape[x.rank - 1] as number]),
  expandDims: (x, _, choice) => (x.rank > 2 ? null : tf.expandDims(x, choice % (x.rank + 1))),
  broadcast: (x, _, choice) => (x.rank > 2 ? null : tf.broadcastTo(x, [1 + (choice % 3), ...x.shape])),
  sum: (x, _, choice) => (x.rank === 0 ? null : tf.sum(x, axisOf(x, choice), choice % 2 === 1)),
  mean: (x, _, choice) => (x.rank === 0 ? null : tf.mean(x, axisOf(x, choice))),
  sumOfAllButLast: x => (x.rank < 2 ? null : tf.sum(x, [...x.shape.keys()].slice(0, -1))),
  slice: (x, _, choice) => (x.rank === 0 || x.shape[0] < 2 ? null : tf.slice(x, [choice % 2], [x.shape[0] - 1])),
  concat: (x, y, choice) => (x.rank > 0 && `${x.shape}` === `${y.shape}` ? tf.concat([x, y], axisOf(x, choice)) : null),
  pad: (x, _, choice) =>
    x.rank === 0 || x.rank > 3
      ? null
      : tf.pad(
          x,
          x.shape.map((_, axis): [number, number] => [choice % 2, axis % 2]),
        ),
  matMul: (x, y, choice) => product(x, y, choice),
  select: binary((x, y) => tf.where(tf.greater(tf.onesLike(x), 0.5), x, y)),
} satisfies Record<string, Operation>;

function rotation(rank: number, choice: number): number[] {
  return Array.from({ length: rank }, (_, axis) => (axis + choice) % rank);
}

function product(x: tf.Tensor, y: tf.Tensor, choice: number): tf.Tensor | null {
  if (x.rank < 2 || y.rank < 2) return null;
  const [transposeX, transposeY] = [choice % 2 === 1, choice % 4 > 1];
  const inner = x.shape[x.rank - (transposeX ? 2 : 1)];
  if (inner !== y.shape[y.rank - (transposeY ? 1 : 2)]) return null;
  if (!broadcasts(tf.zeros(x.shape.slice(0, -2)), tf.zeros(y.shape.slice(0, -2)))) return null;
  return tf.matMul(tf.tanh(x), y, transposeX, transposeY);
}

const inputs = { matrix: [3, 4], turned: [4, 3], row: [4], column: [3, 1], scalar: [], stack: [2, 3, 4] } as const;
type Inputs = Readonly<Record<string, tf.Tensor>>;

/** Everything the instructions make, the inputs first. Tensors that grow too large are dropped. */
function follow(instructions: readonly Instruction[], given: Inputs): tf.Tensor[] {
  const made = Object.keys(inputs).map(name => given[name]);
  for (const { operation, first, second, choice } of instructions) {
    const operand = (back: number) => made[made.length - 1 - (back % made.length)];
    const result = (operations[operation] as Operation)(operand(first), operand(second), choice);
    if (result && result.size <= 400) made.push(result);
  }
  return made;
}

const natural = fc.nat({ max: 60 });
const programs = fc.array(
  fc.record({
    operation: fc.constantFrom(...(Object.keys(operations) as Instruction['operation'][])),
    first: fc.oneof(fc.constant(0), natural),
    second: natural,
    choice: natural,
  }),
  { minLength: 3, maxLength: 14 },
);

const rng = new Rng(3);
const arrays = Object.fromEntries(
  Object.entries(inputs).map(([name, shape]) => {
    const size = shape.reduce((product: number, dimension) => product * dimension, 1);
    return [name, new Float32Array(size).map(() => rng.uniform(-1.5, 1.5))];
  }),
);

let engines: { onnx: Engine; wasm: Engine; cpu: Engine };
beforeAll(async () => {
  engines = {
    onnx: await createEngine('onnx'),
    wasm: await createEngine('wasm'),
    cpu: await createEngine('tensorflow', { backend: 'cpu' }),
  };
});

async function expectEqual(name: 'onnx' | 'wasm', run: (given: Inputs) => Record<string, tf.Tensor>): Promise<void> {
  const [found, expected] = [await runOn(engines[name], inputs, arrays, run), await runOn(engines.cpu, inputs, arrays, run)];
  expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
  const scale = Math.max(1, ...Object.values(expected).flat().map(Math.abs));
  for (const [key, numbers] of Object.entries(expected)) {
    expect(found[key].length, key).toBe(numbers.length);
    numbers.forEach((number, i) => {
      expect(Math.abs(found[key][i] - number), `${key}[${i}]: ${found[key][i]} for ${number}`).toBeLessThan(2e-5 * scale);
    });
  }
}

describe.each(['onnx', 'wasm'] as const)('random programs give on %s what they give op by op', engine => {
  it('values', async () => {
    const values = (instructions: readonly Instruction[]) => (given: Inputs) =>
      Object.fromEntries(
        follow(instructions, given)
          .slice(6)
          .map((tensor, i) => [`t${i}`, tensor]),
      );
    await fc.assert(
      fc.asyncProperty(programs, instructions => expectEqual(engine, values(instructions))),
      { numRuns: 150, seed: 1 },
    );
  });

  it('last value alone, when nothing else keeps values in between', async () => {
    const last = (instructions: readonly Instruction[]) => (given: Inputs) => ({
      last: follow(instructions, given).at(-1) as tf.Tensor,
    });
    await fc.assert(
      fc.asyncProperty(programs, instructions => expectEqual(engine, last(instructions))),
      { numRuns: 150, seed: 2 },
    );
  });

  it('gradients', async () => {
    const gradients = (instructions: readonly Instruction[]) => (given: Inputs) => {
      const names = Object.keys(inputs);
      const loss = (...tensors: tf.Tensor[]) => {
        const made = follow(instructions, Object.fromEntries(names.map((name, i) => [name, tensors[i]])));
        // Every input has a gradient, if only 0.
        const rest = tf.addN(tensors.map(tensor => tf.mul(tf.sum(tensor), 0)));
        return tf.add(tf.mean(tf.square(made.at(-1) as tf.Tensor)), rest) as tf.Scalar;
      };
      return Object.fromEntries(
        tf
          .grads(loss)(names.map(name => given[name]))
          .map((gradient, i) => [names[i], gradient]),
      );
    };
    await fc.assert(
      fc.asyncProperty(programs, instructions => expectEqual(engine, gradients(instructions))),
      { numRuns: 100, seed: 3 },
    );
  });
});
