import * as tf from '@tensorflow/tfjs';
import { beforeAll, expect, vi } from 'vitest';

// TensorFlow.js advertises itself at its first operation.
beforeAll(() => {
  vi.spyOn(console, 'warn').mockImplementationOnce(() => {});
  tf.scalar(0).dispose();
});

export const numbers = (tensor: tf.Tensor): number[] => Array.from(tensor.dataSync());

/** Expects the numbers of a tensor, to so many digits behind the point. */
export function closeTo(tensor: tf.Tensor, expected: readonly number[], digits = 5): void {
  const found = numbers(tensor);
  expect(found.length).toBe(expected.length);
  for (const [i, value] of found.entries()) expect(value).toBeCloseTo(expected[i], digits);
}
