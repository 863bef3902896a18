import type * as tf from '@tensorflow/tfjs-core';

/**
 * B distributions over actions, one per row. Everything is a pure function of tensors: noise comes from outside, so that a
 * seeded generator draws it and programs stay pure.
 */
export interface Distribution {
  /** Actions made of noise that has the form the distribution asks for; differentiable where actions are continuous. */
  sample(noise: tf.Tensor): tf.Tensor;
  /** The greedy action of each row. */
  mode(): tf.Tensor;
  /** `[B]`: log-probability (density, for continuous actions; nats) of one action per row. */
  logProb(action: tf.Tensor): tf.Tensor;
  /** `[B]`: KL(this ‖ other) ≥ 0, in nats. `other` is of the same kind. */
  kl(other: this): tf.Tensor;
}

/** A distribution whose entropy has a closed form. */
export interface EntropicDistribution extends Distribution {
  /** `[B]`, in nats; differential entropy for continuous actions, which can be negative. */
  entropy(): tf.Tensor;
}
