import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { distanceLoss, likelihoodLoss } from '../src/bc.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('is the mean log-likelihood of indices, among legal ones, and the mean square distance of numbers', () => {
  const logits = tf.log(
    tf.tensor2d([
      [0.5, 0.25, 0.25],
      [0.1, 0.8, 0.1],
    ]),
  );
  const action = tf.tensor1d([1, 1], 'int32');
  expectClose(likelihoodLoss(logits, action), [-(Math.log(0.25) + Math.log(0.8)) / 2]);
  const mask = tf.tensor2d([0, 1, 1, 1, 1, 1], [2, 3], 'int32');
  expectClose(likelihoodLoss(logits, action, mask), [-(Math.log(0.5) + Math.log(0.8)) / 2]);
  expectClose(distanceLoss(tf.tensor2d([[1, 2]]), tf.tensor2d([[0, 0]])), [2.5]);
});
