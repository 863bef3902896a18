import * as tf from '@tensorflow/tfjs-core';

/**
 * Runs `compute` without recording it for differentiation: no gradient of any order flows through its result. What it
 * reads from outside is a constant to `tf.grads`. For masks, targets and other values that a loss must not differentiate.
 * @param compute returns one new tensor
 */
export function withoutGradient<T extends tf.Tensor>(compute: () => T): T {
  // An operation without inputs: tfjs records neither what happens inside it nor a path to it.
  return tf.customGrad<T>(() => ({ value: compute(), gradFunc: () => [] }))();
}

/** Same values as `x`, but a constant to differentiation: d stopGradient(x) / dx = 0. */
export function stopGradient<T extends tf.Tensor>(x: T): T {
  return withoutGradient(() => x.clone());
}
