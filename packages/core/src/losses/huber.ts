import * as tf from '@tensorflow/tfjs-core';
import { stopGradient } from '../program/gradients/stop-gradient.ts';

/**
 * ½ x² within 1 of 0, |x| − ½ beyond (Huber 1964, "Robust Estimation of a Location Parameter"), of each number. Its slope c is x
 * clipped to [−1, 1].
 *
 * Written as c x − ½ c²: that is the largest value over all c in [−1, 1], so c may count as a constant when it is differentiated.
 * @param error of any shape @returns of the same shape
 */
export function huber(error: tf.Tensor): tf.Tensor {
  const slope = stopGradient(tf.clipByValue(error, -1, 1));
  return tf.mul(slope, tf.sub(error, tf.mul(slope, 0.5)));
}

/** ½ x² of each number. @param error of any shape @returns of the same shape */
export function halfSquare(error: tf.Tensor): tf.Tensor {
  return tf.mul(tf.square(error), 0.5);
}
