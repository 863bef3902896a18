import * as tf from '@tensorflow/tfjs-core';
import type { Space } from '@zpin/contracts';
import {
  type Activation,
  activate,
  combine,
  encodedSize,
  encodeObservation,
  mlp,
  type Network,
  observationNetwork,
} from '@zpin/core';

/** Features that convolutions hand on where the hidden layers do not say how many. */
const PICTURE_FEATURES = 256;

export interface StateActionOptions {
  readonly observationSpace: Space;
  /** Numbers of an action, or of what stands in its place (K). */
  readonly actionSize: number;
  /** Units of each hidden layer. */
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  /** Numbers that the network says about an action. */
  readonly outputs: number;
}

/** A function of observations `[B, D]` and actions `[B, K]`. */
export type StateActionNetwork<Output = tf.Tensor> = Network<readonly [obs: tf.Tensor, action: tf.Tensor], Output>;

/**
 * A network that sees an observation and an action, joined at its first layer, or behind the convolutions of a picture; gives
 * `[B, outputs]`. First weights are as PyTorch draws them.
 */
export function stateActionNetwork(options: StateActionOptions): StateActionNetwork {
  const { observationSpace: space, actionSize, hiddenSizes, activation, outputs: outputSize } = options;
  const head = (features: number) =>
    mlp({ inputSize: features + actionSize, hiddenSizes, activation, outputSize, initialization: 'fan-in' });
  if (!(space.type === 'box' && space.shape.length === 3)) {
    const network = head(encodedSize(space));
    const join = (obs: tf.Tensor, action: tf.Tensor) => tf.concat([encodeObservation(space, obs), action], 1);
    return { ...network, apply: (params, obs, action) => network.apply(params, join(obs, action)) };
  }
  const features = hiddenSizes.at(-1) ?? PICTURE_FEATURES;
  const { layout, init, parts } = combine({
    picture: observationNetwork(space, { hiddenSizes, activation, outputSize: features, initialization: 'fan-in' }),
    head: head(features),
  });
  return {
    layout,
    init,
    apply(params, obs, action) {
      const seen = activate(activation, parts.picture.apply(params, obs));
      return parts.head.apply(params, tf.concat([seen, action], 1));
    },
  };
}
