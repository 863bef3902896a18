import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { it } from 'vitest';
import { expectClose } from '../../../tools/testing/expect-close.ts';
import { bcqTarget, vaeLoss } from '../src/bcq.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('weighs distance and divergence of the auto-encoder', () => {
  const mean = tf.tensor2d([[1, 0]]);
  const logStd = tf.tensor2d([[0, Math.log(2)]]);
  // Distance (0.5² + 1²) / 2; divergences ½ (1 + 1 − 1) − 0 and ½ (0 + 4 − 1) − log 2.
  const loss = vaeLoss(tf.tensor2d([[0.5, -1]]), tf.tensor2d([[0, 0]]), { mean, logStd, klWeight: 0.5 });
  expectClose(loss, [0.625 + 0.5 * ((0.5 + 1.5 - Math.log(2)) / 2)]);
});

it('takes the best candidate by a mixture of the critics', () => {
  const q = [
    tf.tensor2d([
      [1, 4],
      [0, 0],
    ]),
    tf.tensor2d([
      [3, 2],
      [-1, 8],
    ]),
  ];
  // Mixtures 0.75 min + 0.25 max: 1.5 and 2.5; −0.75 and 2.
  expectClose(bcqTarget(tf.tensor1d([10, 20]), tf.tensor1d([0.5, 0]), q, 0.75), [11.25, 20]);
});
