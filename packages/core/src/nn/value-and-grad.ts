import * as tf from '@tensorflow/tfjs-core';
import { message, ProgramError } from '@zpin/contracts';
import { registerGradients } from '../program/gradients/gradients.ts';
import { flattenParams, type ParameterLayout, type Params, unflattenParams } from './layout.ts';

/** What a differentiated function returns: the loss and any tensors worth reporting, which are not differentiated. */
export type LossOutput = Readonly<Record<string, tf.Tensor>> & { readonly loss: tf.Tensor };

/** Several layouts by name, for losses of more than one parameter vector. */
export type LayoutGroup<K extends string> = Readonly<Record<K, ParameterLayout>>;

/**
 * Differentiates a loss by a flat parameter vector.
 *
 * The vector is cut into tensors before the loss is recorded, so the gradient is one concatenation of the tensors' gradients.
 * Parameters that the loss does not use get gradient 0. Works inside another gradient too.
 *
 * ```ts
 * const { loss, entropy, gradient } = valueAndGrad(network.layout, (params) => ({ loss, entropy }))(flat);
 * ```
 * @param f returns `{ loss, ... }`: `loss` is a scalar; other tensors are handed on
 * @returns a function of the flat vector `[layout.size]` with all that `f` returned and `gradient` `[layout.size]` = d loss / d
 * flat
 * @throws ProgramError when the loss is no scalar or depends on no parameter
 */
export function valueAndGrad<R extends LossOutput>(
  layout: ParameterLayout,
  f: (params: Params) => R,
): (flat: tf.Tensor1D) => R & { readonly gradient: tf.Tensor1D };
/** The same for several vectors at once: `f`, the argument and `gradient` are records with the keys of `layouts`. */
export function valueAndGrad<K extends string, R extends LossOutput>(
  layouts: LayoutGroup<K>,
  f: (params: Readonly<Record<K, Params>>) => R,
): (flats: Readonly<Record<K, tf.Tensor1D>>) => R & { readonly gradient: Readonly<Record<K, tf.Tensor1D>> };
export function valueAndGrad<R extends LossOutput>(
  layouts: ParameterLayout | LayoutGroup<string>,
  f: ((params: Params) => R) | ((params: Readonly<Record<string, Params>>) => R),
) {
  if (isLayout(layouts)) {
    const single = f as (params: Params) => R;
    const grouped = gradientOfGroup({ flat: layouts }, ({ flat }) => single(flat));
    return (flat: tf.Tensor1D) => {
      const { gradient, ...outputs } = grouped({ flat });
      return { ...outputs, gradient: gradient.flat };
    };
  }
  return gradientOfGroup(layouts, f as (params: Readonly<Record<string, Params>>) => R);
}

function isLayout(layouts: ParameterLayout | LayoutGroup<string>): layouts is ParameterLayout {
  return Array.isArray(layouts.entries);
}

function gradientOfGroup<R extends LossOutput>(layouts: LayoutGroup<string>, f: (params: Readonly<Record<string, Params>>) => R) {
  return (flats: Readonly<Record<string, tf.Tensor1D>>) =>
    tf.tidy(() => {
      const params = mapRecord(layouts, (layout, name) => unflattenParams(layout, flats[name]));
      const { outputs, gradients } = differentiate(
        () => f(params),
        Object.values(params).flatMap(group => Object.values(group)),
      );
      let leaf = 0;
      const gradient = mapRecord(layouts, layout =>
        flattenParams(layout, Object.fromEntries(layout.entries.map(({ name }) => [name, gradients[leaf++]]))),
      );
      return { ...outputs, gradient };
    });
}

/** Value and side results of `f`, and the gradient of its loss by each of `leaves`. */
function differentiate<R extends LossOutput>(f: () => R, leaves: tf.Tensor[]): { outputs: R; gradients: tf.Tensor[] } {
  registerGradients();
  let kept: Readonly<Record<string, tf.Tensor>> = {};
  try {
    const { value: loss, grads } = tf.engine().gradients(() => {
      const { loss, ...others } = f();
      if (loss.rank !== 0) {
        throw new ProgramError(message('valueAndGrad', 'the loss must be a scalar', loss.shape, 'Take its mean or sum'));
      }
      // tfjs frees whatever was made here except the loss: the other results have to outlive it.
      kept = mapRecord<tf.Tensor, tf.Tensor>(others, tensor => tf.keep(tensor.clone()));
      return loss;
    }, leaves);
    const outputs = { ...mapRecord(kept, tensor => tensor.clone()), loss } as Readonly<Record<string, tf.Tensor>> as R;
    return { outputs, gradients: leaves.map((leaf, i) => (grads[i] as tf.Tensor | undefined) ?? tf.zerosLike(leaf)) };
  } finally {
    tf.dispose(kept as tf.NamedTensorMap);
  }
}

function mapRecord<T, U>(record: Readonly<Record<string, T>>, f: (value: T, name: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, f(value, name)]));
}
