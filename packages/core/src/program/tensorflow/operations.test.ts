import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../create-engine.ts';
import { kernels } from '../recording/kernels/index.ts';

/** Names that `@tensorflow/tfjs-core` exports and none of its operations calls. */
const NEVER_CALLED = ['BroadcastTo', 'LogSoftmax'];

// `@tensorflow/tfjs-core` by itself registers neither kernels nor gradients, nor operations as methods of tensors. `kernels` is the table
// of what programs may use, and the tests of gradients hold it against theirs.
describe('what programs may use, where @tensorflow/tfjs is not', () => {
  beforeAll(async () => {
    await createEngine('tensorflow', { backend: 'cpu' });
    await createEngine('tensorflow', { backend: 'wasm' });
  });

  it.each(['cpu', 'wasm'])('has a kernel on the backend %s', backend => {
    const missing = Object.keys(kernels).filter(name => !tf.getKernel(name, backend));
    expect(missing.sort()).toEqual(NEVER_CALLED);
  });

  it('is called by functions: tensors have no operations as methods, so that a program that calls one fails in every test', () => {
    const operations = ['add', 'sub', 'mul', 'matMul', 'sum', 'mean', 'square', 'softmax'];
    expect(operations.filter(name => name in tf)).toEqual(operations);
    expect(operations.filter(name => name in tf.Tensor.prototype)).toEqual([]);
  });
});
