import * as tf from '@tensorflow/tfjs-core';
import type { BoxSpace } from '@zpin/contracts';

/** Actions kept within the bounds of their space. @param action `[B, K]` @returns `[B, K]` */
export function clipToBox(action: tf.Tensor, { low, high }: BoxSpace): tf.Tensor {
  const raised = low.some(Number.isFinite) ? tf.maximum(action, tf.tensor1d(Array.from(low))) : action;
  return high.some(Number.isFinite) ? tf.minimum(raised, tf.tensor1d(Array.from(high))) : raised;
}
