import * as tf from '@tensorflow/tfjs-core';
import { ProgramError } from '@zpin/contracts';
import { beforeAll, describe, expect, it } from 'vitest';
import { useCpuBackend } from '../../../test/cpu-backend.ts';
import { kernels } from './kernels/index.ts';
import { unsupportedKernels } from './kernels/unsupported.ts';
import { record, type TensorSpec } from './recorder.ts';

beforeAll(() => useCpuBackend());

const x: Record<string, TensorSpec> = { x: { shape: [2, 3], type: 'float32' } };

/** An op that no program needed so far. */
const resize = (x: tf.Tensor) => tf.image.resizeBilinear(tf.reshape<tf.Rank.R4>(x, [1, 2, 3, 1]), [4, 6]);

/** Looks at values in the midst of the program. */
function peek(x: tf.Tensor): tf.Tensor {
  tf.exp(x).dataSync();
  return x;
}

function errorOf(run: (x: tf.Tensor) => tf.Tensor | undefined): string {
  try {
    record('test', x, ({ x }) => ({ result: run(x) ?? x }));
  } catch (error) {
    expect(error).toBeInstanceOf(ProgramError);
    return (error as Error).message;
  }
  return 'no error';
}

describe('record', () => {
  it.each<[string, (x: tf.Tensor) => unknown]>([
    ['dataSync', x => x.dataSync()],
    ['arraySync', x => x.arraySync()],
    ['print', x => x.print()],
    ['a condition', x => ((x.dataSync()[0] as number) > 0 ? 1 : 0)],
  ])('refuses to read values: %s', (_, read) => {
    const error = errorOf(x => {
      read(tf.exp(x));
      return x;
    });
    expect(error).toBe(
      'program "test": no value may be read while the program is recorded (dataSync, arraySync, data, array, print), ' +
        'got "a read of the result of Exp [2,3]". Return it in `outputs` or `metrics` and read it after the call; choose between values with tf.where.',
    );
  });

  it('says so of an input too, and of promised reads', async () => {
    const direct = (x: tf.Tensor) => {
      x.dataSync();
      return x;
    };
    expect(errorOf(direct)).toContain('a read of the result of a tensor [2,3]');
    let reading: Promise<unknown> | undefined;
    record('test', x, ({ x }) => {
      reading = tf.neg(x).data();
      return { x };
    });
    await expect(reading).rejects.toThrow('no value may be read');
  });

  it.each<[string, () => tf.Tensor]>([
    ['randomNormal', () => tf.randomNormal([2, 3])],
    ['randomUniform', () => tf.randomUniform([2, 3])],
    ['truncatedNormal', () => tf.truncatedNormal([2, 3])],
    ['dropout', () => tf.dropout(tf.ones([2, 3]), 0.5)],
    ['multinomial', () => tf.multinomial([0.5, 0.5], 2)],
    ['Math.random', () => tf.scalar(Math.random())],
  ])('refuses to draw random numbers: %s', (_, draw) => {
    expect(errorOf(draw)).toBe(
      'program "test": a program must be pure, got "a draw of random numbers". Draw the noise outside from an Rng and pass it as an input.',
    );
  });

  it('refuses tensors from outside, those of another recording among them', () => {
    const outside = tf.tensor1d([1, 2, 3]);
    expect(errorOf(x => tf.add(x, outside))).toBe(
      'program "test": every tensor must be made inside the program or come in as an input or state, ' +
        'got "a float32 tensor [3] from outside". Name it in `inputs`, keep it in the store, or make the constant inside `run`.',
    );
    expect(errorOf(() => outside)).toContain('from outside');
    outside.dispose();
  });

  it('names a kernel that has no compiled form, and what it was called on', () => {
    expect(errorOf(resize)).toBe(
      'program "test": every op must have a compiled form, got "kernel ResizeBilinear on [1,2,3,1]". ' +
        "Write it with other ops, or run on the engine 'tensorflow'.",
    );
  });

  it('knows every kernel of TensorFlow.js, as one that has a compiled form or as one that has none', () => {
    // Names of kernels are among what it exports.
    const names = Object.values<unknown>(tf).filter(value => typeof value === 'string' && /^_?[A-Z]\w+$/.test(value));
    expect([...Object.keys(kernels), ...unsupportedKernels].sort()).toEqual(names.sort());
  });

  it('puts backend and Math.random back, whatever happens', () => {
    const random = Math.random;
    expect(errorOf(peek)).not.toBe('no error');
    record('test', x, ({ x }) => ({ result: tf.neg(x) }));
    expect(Math.random).toBe(random);
    expect(tf.getBackend()).toBe('cpu');
    expect(Array.from(tf.tidy(() => tf.neg(tf.scalar(3)).dataSync()))).toEqual([-3]);
  });

  it('leaves no tensor behind, not even when it fails', () => {
    errorOf(resize);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 50; i++) {
      record('test', x, ({ x }) => ({
        result: tf.grads((y: tf.Tensor) => tf.sum(tf.tanh(tf.matMul(y as tf.Tensor2D, y as tf.Tensor2D, true))))([x])[0],
      }));
      errorOf(peek);
    }
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives outputs with the types and shapes of the tensors', () => {
    const { inputs, outputs } = record(
      'test',
      { ...x, pixels: { shape: [4], type: 'uint8' }, unused: { shape: [1], type: 'bool' } },
      ({ x, pixels }) => ({
        rows: tf.argMax(x, 1),
        flags: tf.greater(x, 0),
        bytes: pixels,
        means: tf.mean(tf.cast(pixels, 'float32')),
      }),
    );
    expect(Object.keys(inputs).sort()).toEqual(['pixels', 'x']);
    const described = Object.fromEntries(Object.entries(outputs).map(([name, { type, shape }]) => [name, `${type} [${shape}]`]));
    expect(described).toEqual({ rows: 'int32 [2]', flags: 'bool [2,3]', bytes: 'int32 [4]', means: 'float32 []' });
  });
});
