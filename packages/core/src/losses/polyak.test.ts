import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { createEngine } from '../program/create-engine.ts';
import { polyak } from './polyak.ts';

// Tensors are computed on plain JavaScript.
await createEngine('tensorflow', { backend: 'cpu' });

it('moves the share tau of the way', () => {
  const [target, online] = [tf.tensor1d([1, -2]), tf.tensor1d([5, 2])];
  expect([...polyak(target, online, 0.25).dataSync()]).toEqual([2, -1]);
  expect([...polyak(target, online, 1).dataSync()]).toEqual([5, 2]);
});
