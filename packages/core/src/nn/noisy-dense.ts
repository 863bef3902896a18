import * as tf from '@tensorflow/tfjs-core';
import type { Rng } from '@zpin/contracts';
import { constant, initialize, uniformFanIn } from './initializers.ts';
import { layout } from './layout.ts';
import type { Network } from './network.ts';

export interface NoisyDenseOptions {
  readonly inputSize: number;
  readonly outputSize: number;
  /** σ₀: first size of the noise, in units of 1/√inputSize; 0.5 when omitted. */
  readonly noiseScale?: number;
}

/** A network that may take noise beside its input. */
export interface NoisyNetwork extends Network<readonly [x: tf.Tensor, noise?: tf.Tensor]> {
  /** Standard normal numbers that one call takes: `noise` is `[noiseSize]`. */
  readonly noiseSize: number;
}

/**
 * Linear layer with factorised Gaussian noise on its parameters (Fortunato et al. 2018, arXiv:1706.10295, equations 9 to 11):
 *
 *     y = x (W + σ_W ⊙ f(εᵢ) f(εⱼ)ᵀ) + b + σ_b ⊙ f(εⱼ)        f(ε) = sign(ε) √|ε|
 *
 * `[B, inputSize]` → `[B, outputSize]`; `noise` holds εᵢ `[inputSize]`, then εⱼ `[outputSize]`, the same for all rows; without it
 * the layer is its mean, x W + b. Parameters: `weight` and `weightNoise` `[inputSize, outputSize]`, `bias` and `biasNoise`
 * `[outputSize]`. W and b begin uniform in ±1/√inputSize, σ at σ₀/√inputSize.
 */
export function noisyDense({ inputSize, outputSize, noiseScale = 0.5 }: NoisyDenseOptions): NoisyNetwork {
  const own = layout([
    ['weight', [inputSize, outputSize]],
    ['bias', [outputSize]],
    ['weightNoise', [inputSize, outputSize]],
    ['biasNoise', [outputSize]],
  ]);
  const mean = uniformFanIn(1, inputSize);
  const deviation = constant(noiseScale / Math.sqrt(inputSize));
  return {
    layout: own,
    noiseSize: inputSize + outputSize,
    init: (rng: Rng) => initialize(own, { weight: mean, bias: mean, weightNoise: deviation, biasNoise: deviation }, rng),
    apply({ weight, bias, weightNoise, biasNoise }, x, noise) {
      if (!noise) return tf.add(tf.matMul(x, weight), bias);
      const shaped = tf.mul(tf.sign(noise), tf.sqrt(tf.abs(noise)));
      const into = tf.reshape(tf.slice(shaped, [0], [inputSize]), [inputSize, 1]);
      const out = tf.slice(shaped, [inputSize], [outputSize]);
      const noisyWeight = tf.add(weight, tf.mul(weightNoise, tf.mul(into, out)));
      return tf.add(tf.matMul(x, noisyWeight), tf.add(bias, tf.mul(biasNoise, out)));
    },
  };
}
