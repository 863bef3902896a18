import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../program/create-engine.ts';
import { weightedMean } from './weighted-mean.ts';

// Tensors are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

it('counts each row by its importance weight', () => {
  expect([...weightedMean(tf.tensor1d([4, 8]), tf.tensor1d([1, 0.25])).dataSync()]).toEqual([3]);
  expect([...weightedMean(tf.tensor1d([4, 8])).dataSync()]).toEqual([6]);
});
