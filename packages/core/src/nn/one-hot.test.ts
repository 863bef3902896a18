import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useCpuBackend } from '../../test/cpu-backend.ts';
import { oneHot } from './one-hot.ts';

beforeAll(useCpuBackend);

test('marks each index in a row of its own', () => {
  expect(oneHot(tf.tensor1d([2, 0, 1], 'int32'), 3).arraySync()).toEqual([
    [0, 0, 1],
    [1, 0, 0],
    [0, 1, 0],
  ]);
});

test('takes indices as a column, as observations come', () => {
  expect(oneHot(tf.tensor2d([[1], [0]], [2, 1], 'int32'), 2).arraySync()).toEqual([
    [0, 1],
    [1, 0],
  ]);
});

test('knows a space of one element, which tf.oneHot refuses', () => {
  expect(oneHot(tf.tensor1d([0, 0], 'int32'), 1).arraySync()).toEqual([[1], [1]]);
});
