import type * as tf from '@tensorflow/tfjs-core';

/** One step of an optimiser, on flat vectors of P parameters. */
export interface OptimizerStep<K extends string = string> {
  /** `[P]` */
  readonly parameters: tf.Tensor1D;
  /** `[P]`: gradient of what is minimised. */
  readonly gradient: tf.Tensor1D;
  readonly state: Readonly<Record<K, tf.Tensor1D>>;
  /** A number that stays, or a scalar or `[1]` tensor that a schedule sets at each step. */
  readonly learningRate: tf.Tensor | number;
}

export interface OptimizerResult<K extends string = string> {
  /** `[P]` */
  readonly parameters: tf.Tensor1D;
  readonly state: Record<K, tf.Tensor1D>;
}

/**
 * A rule that changes parameters against their gradient: pure functions, so it runs in a program. `K` names its state vectors.
 */
export interface Optimizer<K extends string = string> {
  /** State before the first step, for `size` parameters. */
  init(size: number): Record<K, Float32Array>;
  step(step: OptimizerStep<K>): OptimizerResult<K>;
}
