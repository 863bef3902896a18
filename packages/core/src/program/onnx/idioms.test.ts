import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import { program } from '../program.ts';
import { record } from '../recording/recorder.ts';
import { Store } from '../store.ts';
import { lowerToOnnx } from './onnx-lowering.ts';

/** Operators of the model of a function of x `[3, 4]`. */
function operators(run: (x: tf.Tensor) => Record<string, tf.Tensor>): string[] {
  const { inputs, outputs } = record('test', { x: { shape: [3, 4], type: 'float32' } }, ({ x }) => run(x as tf.Tensor));
  return lowerToOnnx('test', inputs, outputs).nodes.map(({ operator }) => operator);
}

it('writes a step function in one operator, unless its comparison is needed too', () => {
  expect(operators(x => ({ y: tf.cast(tf.greater(x, 0), 'float32') }))).toEqual(['HardSigmoid']);
  expect(operators(x => ({ y: tf.cast(tf.greater(x, 1), 'float32') }))).toEqual(['Greater', 'Cast']);
  const both = operators(x => {
    const isPositive = tf.greater(x, 0);
    return { y: tf.cast(isPositive, 'float32'), isPositive };
  });
  expect(both).toEqual(['Greater', 'Cast']);
});

it('steps at 0, for the smallest and the largest numbers', async () => {
  const call = program(new Store(await createEngine('onnx'), {}), {
    name: 'step',
    inputs: { x: [8] },
    run: (_, { x }) => ({ outputs: { y: tf.cast(tf.greater(x, 0), 'float32') } }),
  });
  const x = [-(2 ** 127), -1e-30, -0, 0, 2 ** -126, 1e-30, 3, Number.POSITIVE_INFINITY];
  const { outputs } = await call({ x: Float32Array.from(x) });
  expect(Array.from(outputs.y, Number)).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
});

it('writes log softmax in one operator, with its gradient, unless a part of it is needed too', () => {
  expect(operators(x => ({ y: tf.logSoftmax(x) }))).toEqual(['LogSoftmax']);
  const slope = operators(x => ({ y: tf.grad(z => tf.sum(tf.mul(tf.logSoftmax(z), z)))(x) }));
  expect(slope).toContain('LogSoftmax');
  expect(slope).not.toContain('Log');
  const shown = operators(x => ({ y: tf.logSoftmax(x), largest: tf.max(x, 1, true) }));
  expect(shown).toContain('Log');
});

it('takes the best of what log softmax or any other shift alike has left in order, without it', () => {
  expect(operators(x => ({ y: tf.argMax(tf.logSoftmax(x), 1) }))).toEqual(['ArgMax', 'Cast']);
  // Along the other axis it is no shift alike.
  expect(operators(x => ({ y: tf.argMax(tf.sub(x, tf.mean(x, 1, true)), 0) }))).toContain('Sub');
});

it('cuts a tensor into its pieces by one node', () => {
  expect(operators(x => ({ a: tf.exp(tf.slice(x, [0, 0], [3, 1])), b: tf.tanh(tf.slice(x, [0, 2], [3, 2])) }))).toEqual([
    'Split',
    'Exp',
    'Tanh',
  ]);
  // Pieces that overlap are no cut.
  const overlap = operators(x => ({ a: tf.exp(tf.slice(x, [0, 0], [3, 3])), b: tf.tanh(tf.slice(x, [0, 2], [3, 2])) }));
  expect(overlap.filter(operator => operator === 'Slice')).toHaveLength(2);
});
