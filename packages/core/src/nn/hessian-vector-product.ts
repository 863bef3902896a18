import * as tf from '@tensorflow/tfjs-core';
import { registerGradients } from '../program/gradients/gradients.ts';
import { flattenParams, type ParameterLayout, type Params, unflattenParams } from './layout.ts';

/**
 * Product of a Hessian with a vector, without the Hessian: H v = ∇(∇f · v) (Pearlmutter 1994, "Fast exact multiplication by the
 * Hessian").
 * @param f scalar function of the parameters
 * @returns a function of the flat parameters and `vector`, both `[layout.size]`, giving H v `[layout.size]`
 */
export function hessianVectorProduct(
  layout: ParameterLayout,
  f: (params: Params) => tf.Tensor,
): (flat: tf.Tensor1D, vector: tf.Tensor1D) => tf.Tensor1D {
  return (flat, vector) =>
    tf.tidy(() => {
      registerGradients();
      const params = unflattenParams(layout, flat);
      const leaves = Object.values(params);
      const directions = Object.values(unflattenParams(layout, vector));
      const slope = () => {
        const gradients: (tf.Tensor | undefined)[] = tf.engine().gradients(() => f(params), leaves).grads;
        // Parameters that f does not use have no gradient.
        const terms = gradients.flatMap((gradient, i) => (gradient ? [tf.sum(tf.mul(gradient, directions[i]))] : []));
        return terms.reduce((sum, term) => tf.add(sum, term));
      };
      // Where f is linear the slope depends on no parameter, and the product is 0.
      const products: (tf.Tensor | undefined)[] = tf.engine().gradients(slope, leaves, undefined, true).grads;
      return flattenParams(
        layout,
        Object.fromEntries(layout.entries.map(({ name }, i) => [name, products[i] ?? tf.zerosLike(leaves[i])])),
      );
    });
}
