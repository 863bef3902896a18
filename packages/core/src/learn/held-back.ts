import * as tf from '@tensorflow/tfjs-core';

/** Tensors by name, at any depth: part of the state of a program. */
export interface TensorTree {
  readonly [name: string]: tf.Tensor | TensorTree;
}

/**
 * The next state, or the present one where a step is not to be made.
 * @param isOver scalar of booleans @param state with all names of `next`
 */
export function heldBack<Next extends TensorTree>(isOver: tf.Tensor, state: TensorTree, next: Next): Next {
  const kept = Object.entries(next).map(([name, value]) => {
    const old = state[name];
    return [
      name,
      value instanceof tf.Tensor ? tf.where(isOver, old as tf.Tensor, value) : heldBack(isOver, old as TensorTree, value),
    ];
  });
  return Object.fromEntries(kept) as Next;
}
