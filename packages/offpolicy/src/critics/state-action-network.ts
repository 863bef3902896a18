import * as tf from '@tensorflow/tfjs-core';
import type { Space } from '@zpin/contracts';
import { type Activation, type Convolutions, inOneVector, mlp, type Network, observationEncoder } from '@zpin/core';

export interface StateActionOptions {
  readonly observationSpace: Space;
  /** Numbers of an action, or of what stands in its place (K). */
  readonly actionSize: number;
  /** Units of each hidden layer. */
  readonly hiddenSizes: readonly number[];
  /** What reads large pictures; `nature` when omitted. */
  readonly convolutions?: Convolutions | undefined;
  readonly activation: Activation;
  /** Normalises each hidden layer before its activation; off when omitted. */
  readonly layerNorm?: boolean;
  /** Numbers that the network says about an action. */
  readonly outputs: number;
}

/** A function of observations `[B, D]` and actions `[B, K]`. */
export type StateActionNetwork<Output = tf.Tensor> = Network<readonly [obs: tf.Tensor, action: tf.Tensor], Output>;

/**
 * A network that sees an observation and an action, joined at its first layer behind the convolutions of pictures; gives
 * `[B, outputs]`. First weights are as PyTorch draws them.
 */
export function stateActionNetwork(options: StateActionOptions): StateActionNetwork {
  const { observationSpace, actionSize, convolutions, outputs: outputSize, ...layers } = options;
  const initialization = 'fan-in';
  const encoder = observationEncoder(observationSpace, { hiddenSizes: layers.hiddenSizes, convolutions, initialization });
  const head = mlp({ ...layers, inputSize: encoder.outputSize + actionSize, outputSize, initialization });
  return {
    ...inOneVector(encoder, head),
    apply: (params, obs, action) => head.apply(params, tf.concat([encoder.apply(params, obs), action], 1)),
  };
}
