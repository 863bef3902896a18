import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { expect, it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { constrainedValues } from '../src/discrete-bcq.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('leaves only actions that are likely enough to choose from', () => {
  const q = tf.tensor2d([[1, 2, 3]]);
  const logits = tf.log(tf.tensor2d([[0.6, 0.3, 0.1]]));
  const best = (threshold: number) => tf.argMax(constrainedValues(q, logits, threshold), 1).dataSync()[0];
  // Relative to the most probable: 1, ½ and 1/6.
  expect([0, 0.1, 0.2, 0.45, 0.55, 1].map(best)).toEqual([2, 2, 1, 1, 0, 0]);
  expectClose(constrainedValues(q, logits, 0.45), [1, 2, 3 - 1e6], -1);
});
