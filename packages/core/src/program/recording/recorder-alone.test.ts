import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { record } from './recorder.ts';

describe('record, where TensorFlow.js has no backend', () => {
  it('records with gradients, and is no backend itself afterwards', () => {
    expect(tf.engine().backendNames()).toEqual([]);
    for (let i = 0; i < 2; i++) {
      const { outputs } = record('test', { x: { shape: [2], type: 'float32' } }, ({ x }) => ({
        slope: tf.grad((y: tf.Tensor) => tf.sum(tf.square(y)))(x),
      }));
      expect(outputs.slope?.shape).toEqual([2]);
      expect(tf.engine().backendNames()).toEqual([]);
      expect(() => tf.tensor1d([1])).toThrow('No backend found in registry');
    }
  });
});
