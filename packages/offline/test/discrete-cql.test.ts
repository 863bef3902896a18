import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { conservativePenalty } from '../src/discrete-cql.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('penalises what exceeds the value of the data, over legal actions', () => {
  const q = tf.tensor2d([0, Math.log(3), Math.log(2), 5, 1, 5], [2, 3]);
  // log(1 + 3 + 2) − log 2, and log(e⁵ + e¹ + e⁵) − 1.
  const action = tf.tensor1d([2, 1], 'int32');
  expectClose(conservativePenalty(q, action), [Math.log(3), Math.log(2 * Math.exp(5) + Math.E) - 1]);
  const mask = tf.tensor2d([1, 0, 1, 0, 1, 0], [2, 3], 'int32');
  expectClose(conservativePenalty(q, action, mask), [Math.log(1.5), 0]);
});
