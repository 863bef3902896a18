import type * as tf from '@tensorflow/tfjs-core';
import type { LossOutput } from '@zpin/core';
import type { QNetwork } from './q-network.ts';

/** A batch as the losses see it. */
export interface QBatch {
  /** `[B, D]` */
  readonly obs: tf.Tensor;
  /** `[B]`: indices of outputs, 0 … A − 1 wherever the actions of the space start. */
  readonly action: tf.Tensor;
  /** `[B]`, summed over n steps. */
  readonly reward: tf.Tensor;
  /** `[B]`: γⁿ, or 0 after a termination. */
  readonly discount: tf.Tensor;
  /** `[B, D]` */
  readonly nextObs: tf.Tensor;
  /** `[B]`: importance weights; absent means 1. */
  readonly weight?: tf.Tensor;
  /** `[B, A]`: legal actions in `obs`. */
  readonly actionMask?: tf.Tensor;
  /** `[B, A]`: legal actions in `nextObs`. */
  readonly nextActionMask?: tf.Tensor;
}

/**
 * A network with its parameters and the noise of one call: observations `[B, D]` to outputs `[B, A]` or `[B, A, N]`. When `quiet`,
 * without noise: at the fractions that the agent acts by, where they are else drawn.
 */
export type Evaluate = (obs: tf.Tensor, quiet?: 'quiet') => tf.Tensor;

/**
 * What a loss returns: its value, Q of the actions taken `[B]`, the largest Q of each row `[B]` where it is at hand, and how much
 * each row was off `[B]`. Anything else is a scalar, reported as a metric under its name.
 */
export interface QLoss extends LossOutput {
  readonly loss: tf.Tensor;
  readonly qTaken: tf.Tensor;
  readonly maxQ?: tf.Tensor;
  readonly error: tf.Tensor;
}

/** What is particular to a method: its network and the two lines of its update. */
export interface QMethod {
  /** Named in programs. */
  readonly algorithm: string;
  readonly network: QNetwork;
  /** What actions are chosen by, `[B, A]`, of outputs `[B, A, N]`: expected returns. The outputs themselves when omitted. */
  values?(output: tf.Tensor): tf.Tensor;
  /** The constant that the outputs are drawn to. */
  target(batch: QBatch, networks: { readonly online: Evaluate; readonly target: Evaluate }): tf.Tensor;
  /** @param noise what the network was given when it computed `output` */
  loss(output: tf.Tensor, batch: QBatch, target: tf.Tensor, noise?: tf.Tensor): QLoss;
}

/** The two lines of an update. */
export type QUpdate = Pick<QMethod, 'target' | 'loss'>;

/** The same with the values of what the network gives. */
export type DistributionalUpdate = Required<Pick<QMethod, 'values'>> & QUpdate;
