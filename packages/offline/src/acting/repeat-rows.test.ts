import * as tf from '@tensorflow/tfjs-core';
import { createEngine } from '@zpin/core';
import { it } from 'vitest';
import { expectClose } from '../../../../tools/testing/expect-close.ts';
import { repeatRows } from './repeat-rows.ts';

await createEngine('tensorflow', { backend: 'cpu' });

it('repeats each row', () => {
  expectClose(
    repeatRows(
      tf.tensor2d([
        [1, 2],
        [3, 4],
      ]),
      3,
    ),
    [1, 2, 1, 2, 1, 2, 3, 4, 3, 4, 3, 4],
  );
});
