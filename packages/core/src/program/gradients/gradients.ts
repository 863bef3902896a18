import * as tf from '@tensorflow/tfjs-core';
import type { Gradient } from './gradient.ts';
import { activationGradients } from './gradients-activation.ts';
import { arithmeticGradients } from './gradients-arithmetic.ts';
import { elementwiseGradients } from './gradients-elementwise.ts';
import { indexingGradients } from './gradients-indexing.ts';
import { linearGradients } from './gradients-linear.ts';
import { poolingGradients } from './gradients-pooling.ts';
import { reductionGradients } from './gradients-reduction.ts';
import { shapeGradients } from './gradients-shape.ts';
import { sliceGradients } from './gradients-slicing.ts';
import { trigonometryGradients } from './gradients-trigonometry.ts';

/** One for each kernel that has one, whatever backend runs it. */
export const gradients: readonly Gradient[] = [
  ...arithmeticGradients,
  ...elementwiseGradients,
  ...activationGradients,
  ...trigonometryGradients,
  ...reductionGradients,
  ...shapeGradients,
  ...sliceGradients,
  ...indexingGradients,
  ...linearGradients,
  ...poolingGradients,
];

/**
 * Registers gradients that are right in every order. `@tensorflow/tfjs-core` has none; those that `@tensorflow/tfjs` adds to it
 * are replaced, since they are
 * - silently wrong in second order where the operation saves its output (`tanh`, `exp`, `sigmoid`, `softmax`, `logSoftmax`,
 *   `elu`, `max`, `min`, `pow`, `maxPool`): the saved copy enters the tape before the operation does, so an outer gradient never
 *   reaches it. Here the output is computed again from the input; a compiler's common-subexpression pass makes that free;
 * - wrong in first order: `cumsum` along any axis but the last (transposed), `avgPool` with same padding (divides by the full
 *   window at the border), `floorDiv` and casts to integers (not zero), `abs` at 0 (−1), `max` and `min` with ties (each takes
 *   all), `select` (0 · ∞ = NaN in the branch not taken), `mirrorPad` (forgets what the border repeats);
 * - missing: comparisons and logical operations (zero), strided slices, broadcast operands of `maximum`, `minimum`,
 *   `squaredDifference` and `matMul`, convolution and pooling in second order;
 * - slow: `tile` (and with it every broadcast), `gather` with batch dimensions, `rsqrt`, `mean`.
 *
 * Calling it again changes nothing. Outside its reach: `tf.losses.softmaxCrossEntropy` (second order stays wrong: write
 * it with `tf.logSoftmax`), and operations without a gradient here (`einsum`, `topk`, `depthwiseConv2d`, …), which say so when
 * differentiated.
 */
export function registerGradients(): void {
  for (const gradient of gradients) {
    const registered = tf.getGradient(gradient.kernelName);
    if (registered === gradient) continue;
    // tfjs prints a warning when a gradient is overwritten.
    if (registered) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
