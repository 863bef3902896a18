import * as tf from '@tensorflow/tfjs';
import { it } from 'vitest';
import { closeTo } from '../../test/close-to.ts';
import { repeatRows } from './repeat-rows.ts';

it('repeats each row', () => {
  closeTo(
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
