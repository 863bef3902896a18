import * as tf from '@tensorflow/tfjs-core';
import { message, ProgramError } from '@zpin/contracts';
import { Categorical } from './categorical.ts';
import type { EntropicDistribution } from './distribution.ts';

/**
 * K independent choices, the k-th among `sizes[k]` actions: for `MultiDiscrete` spaces and a `Box` of integers. Actions are int32
 * `[B, K]`, the k-th from `starts[k]` on.
 */
export class MultiCategorical implements EntropicDistribution {
  /** One distribution per choice. */
  readonly parts: readonly Categorical[];

  /**
   * @param logits `[B, Σ sizes]`, choice by choice
   * @param sizes number of actions of each choice
   * @param mask `[B, Σ sizes]`, not 0 where the action is legal
   * @param starts the action of the first logit of each choice; all 0 when omitted
   */
  constructor(logits: tf.Tensor, sizes: readonly number[], mask?: tf.Tensor, starts?: readonly number[]) {
    const total = sizes.reduce((sum, size) => sum + size, 0);
    if (logits.shape[1] !== total) {
      throw new ProgramError(
        message('MultiCategorical', `logits must have ${total} columns`, logits.shape, 'Give one per action'),
      );
    }
    const masks = mask && tf.split(tf.cast(mask, 'int32'), [...sizes], 1);
    this.parts = tf.split(logits, [...sizes], 1).map((part, k) => new Categorical(part, masks?.[k], starts?.[k]));
  }

  /** @param noise `[B, K]`, uniform in [0, 1) */
  sample(noise: tf.Tensor): tf.Tensor {
    const columns = tf.unstack(noise, 1);
    return tf.stack(
      this.parts.map((part, k) => part.sample(columns[k])),
      1,
    );
  }

  /** `[B, K]` */
  mode(): tf.Tensor {
    return tf.stack(
      this.parts.map(part => part.mode()),
      1,
    );
  }

  /** @param action `[B, K]` */
  logProb(action: tf.Tensor): tf.Tensor {
    const columns = tf.unstack(action, 1);
    return tf.addN(this.parts.map((part, k) => part.logProb(columns[k])));
  }

  entropy(): tf.Tensor {
    return tf.addN(this.parts.map(part => part.entropy()));
  }

  kl(other: MultiCategorical): tf.Tensor {
    return tf.addN(this.parts.map((part, k) => part.kl(other.parts[k])));
  }
}
