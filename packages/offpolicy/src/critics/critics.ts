import * as tf from '@tensorflow/tfjs';
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

export interface CriticOptions {
  readonly observationSpace: Space;
  /** Numbers of an action (K). */
  readonly actionSize: number;
  /** Units of each hidden layer. */
  readonly hiddenSizes: readonly number[];
  readonly activation: Activation;
  /** Critics of equal form and different first weights. */
  readonly count: number;
  /** Numbers that each critic says about an action; 1 when omitted. */
  readonly outputs?: number;
}

/** Q(s, a) of each critic: `count` tensors, `[B]` for one output, else `[B, outputs]`, of observations `[B, D]` and actions `[B, K]`. */
export type Critics = Network<readonly [obs: tf.Tensor, action: tf.Tensor], tf.Tensor[]>;

/** Critics side by side in one parameter vector, first weights as PyTorch draws them. */
export function critics({ count, ...options }: CriticOptions): Critics {
  const names = Array.from({ length: count }, (_, i) => `q${i}`);
  const { layout, init, parts } = combine(Object.fromEntries(names.map(name => [name, critic(options)])));
  return { layout, init, apply: (params, obs, action) => names.map(name => parts[name].apply(params, obs, action)) };
}

function critic(options: Omit<CriticOptions, 'count'>): Network<readonly [obs: tf.Tensor, action: tf.Tensor]> {
  const { observationSpace: space, actionSize, hiddenSizes, activation, outputs = 1 } = options;
  const head = (features: number) =>
    mlp({ inputSize: features + actionSize, hiddenSizes, activation, outputSize: outputs, initialization: 'fan-in' });
  const flat = (q: tf.Tensor) => (outputs === 1 ? tf.reshape(q, [-1]) : q);
  if (!(space.type === 'box' && space.shape.length === 3)) {
    const network = head(encodedSize(space));
    const join = (obs: tf.Tensor, action: tf.Tensor) => tf.concat([encodeObservation(space, obs), action], 1);
    return { ...network, apply: (params, obs, action) => flat(network.apply(params, join(obs, action))) };
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
      return flat(parts.head.apply(params, tf.concat([seen, action], 1)));
    },
  };
}

/** Mean over the batch, each row by its importance weight: `[B]` → scalar. */
export function weightedMean(error: tf.Tensor, weight?: tf.Tensor): tf.Tensor {
  return tf.mean(weight ? tf.mul(weight, error) : error);
}

/** How much the critics are off, on average over them: `[B]`, what priorities are made of. @param q `[B]` each @param target `[B]` */
export function meanError(q: readonly tf.Tensor[], target: tf.Tensor): tf.Tensor {
  return tf.div(tf.addN(q.map(values => tf.abs(tf.sub(values, target)))), q.length);
}

/** The smallest of the critics' values, element by element. @param q tensors `[B]` @returns `[B]` */
export function smallest(q: readonly tf.Tensor[]): tf.Tensor {
  return q.reduce((least, other) => tf.minimum(least, other));
}
