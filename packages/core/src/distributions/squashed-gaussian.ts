import * as tf from '@tensorflow/tfjs-core';
import { message, SpaceError } from '@zpin/contracts';
import { DiagonalGaussian } from './diagonal-gaussian.ts';
import type { EntropicDistribution } from './distribution.ts';

/** Bounds of a `Box` of actions: finite, `low < high`; numbers, or one number per component. */
export interface ActionBounds {
  readonly low: number | ArrayLike<number>;
  readonly high: number | ArrayLike<number>;
}

/** Largest |tanh u| that is inverted: about 4 units of rounding below 1. */
const LARGEST_TANH = 1 - 2 ** -22;

/**
 * tanh of a normal distribution, stretched to a box: a = low + (high − low) (tanh u + 1) / 2 with u ~ N(mean, std²)
 * (Haarnoja et al. 2018, appendix C). Actions lie inside the bounds, `[B, K]`.
 */
export class SquashedGaussian implements EntropicDistribution {
  /** Distribution of u. */
  readonly base: DiagonalGaussian;
  /** `[K]` or scalar: half the width of the box. */
  readonly #scale: tf.Tensor;
  /** `[K]` or scalar: middle of the box. */
  readonly #center: tf.Tensor;
  /** Σ log of the half widths. */
  readonly #logScale: number;
  /** `[K]` each; `null` for boxes around 0, which stretching cannot leave. */
  readonly #clip: { readonly low: tf.Tensor; readonly high: tf.Tensor } | null;

  /**
   * @param mean `[B, K]` of u
   * @param logStd `[K]` or `[B, K]` of u
   * @throws SpaceError when a bound is not finite or `low` is not below `high`
   */
  constructor(mean: tf.Tensor, logStd: tf.Tensor, bounds: ActionBounds = { low: -1, high: 1 }) {
    this.base = new DiagonalGaussian(mean, logStd);
    const size = mean.shape[1] as number;
    const [low, high] = [components(bounds.low, size), components(bounds.high, size)];
    const halves = high.map((top, k) => (top - low[k]) / 2);
    if (low.length !== size || high.length !== size || !halves.every(half => half > 0 && half < Number.POSITIVE_INFINITY)) {
      const expectation = `bounds must be finite, low < high, one per each of ${size} components`;
      throw new SpaceError(
        message('SquashedGaussian', expectation, { low, high }, 'Bound the action space, or use DiagonalGaussian'),
      );
    }
    this.#scale = tf.tensor1d(halves);
    const centers = high.map((top, k) => (top + low[k]) / 2);
    this.#center = tf.tensor1d(centers);
    this.#clip = centers.every(center => center === 0) ? null : { low: tf.tensor1d(low), high: tf.tensor1d(high) };
    this.#logScale = halves.reduce((sum, half) => sum + Math.log(half), 0);
  }

  /** @param noise `[B, K]`, standard normal */
  sample(noise: tf.Tensor): tf.Tensor {
    return this.#squash(this.base.sample(noise));
  }

  /**
   * Actions and their log-probabilities, exact even where tanh saturates because u is known.
   * @param noise `[B, K]`, standard normal
   * @returns `action` `[B, K]`, `logProb` `[B]`; both differentiable by mean and logStd
   */
  sampleWithLogProb(noise: tf.Tensor): { action: tf.Tensor; logProb: tf.Tensor } {
    const u = this.base.sample(noise);
    return { action: this.#squash(u), logProb: tf.sub(this.base.logProbOfNoise(noise), this.#logSlope(u)) };
  }

  /** `[B, K]`: where the mean of u goes (the median of the actions, component by component). */
  mode(): tf.Tensor {
    return this.#squash(this.base.mean);
  }

  /**
   * Actions within 2⁻²² of a bound (relative to the half width) count as that near: their u can't be told apart in 32 bits.
   * For actions of this policy itself prefer `sampleWithLogProb`.
   * @param action `[B, K]`
   */
  logProb(action: tf.Tensor): tf.Tensor {
    const tanh = tf.clipByValue(tf.div(tf.sub(action, this.#center), this.#scale), -LARGEST_TANH, LARGEST_TANH);
    const u = tf.mul(tf.sub(tf.log1p(tanh), tf.log1p(tf.neg(tanh))), 0.5);
    return tf.sub(this.base.logProb(u), this.#logSlope(u));
  }

  /** Equal to that of the normal distributions: an invertible map changes no divergence. `other` has the same bounds. */
  kl(other: SquashedGaussian): tf.Tensor {
    return this.base.kl(other.base);
  }

  /**
   * That of u plus the mean of log da/du, which has no closed form: by the trapezoid rule, with an error of each component below
   * 10⁻⁷ up to a standard deviation of 1, 10⁻⁴ up to 2 and 0.02 up to 5.
   */
  entropy(): tf.Tensor {
    const [rows, size] = this.base.mean.shape as [number, number];
    const spread = tf.mul(tf.reshape(tf.exp(this.base.logStd), [rows, size, 1]), tf.tensor1d(QUADRATURE.nodes));
    const u = tf.add(tf.reshape(this.base.mean, [rows, size, 1]), spread);
    const logSlope = tf.sum(tf.sum(tf.mul(logTanhSlope(u), tf.tensor1d(QUADRATURE.weights)), 2), 1);
    return tf.add(tf.add(this.base.entropy(), logSlope), this.#logScale);
  }

  #squash(u: tf.Tensor): tf.Tensor {
    const action = tf.add(tf.mul(tf.tanh(u), this.#scale), this.#center);
    // Rounding of the sum can step over a bound by one unit.
    return this.#clip ? tf.minimum(tf.maximum(action, this.#clip.low), this.#clip.high) : action;
  }

  /** `[B]`: Σ log da/du. */
  #logSlope(u: tf.Tensor): tf.Tensor {
    return tf.add(tf.sum(logTanhSlope(u), 1), this.#logScale);
  }
}

/** log(1 − tanh² u) = 2 (log 2 − u − softplus(−2u)), which neither cancels nor overflows. */
function logTanhSlope(u: tf.Tensor): tf.Tensor {
  return tf.mul(tf.sub(tf.sub(Math.LN2, u), tf.softplus(tf.mul(u, -2))), 2);
}

/** The trapezoid rule for means over a standard normal variable, from −6 to 6. */
const QUADRATURE = trapezoid(6, 24);

function trapezoid(limit: number, intervals: number): { readonly nodes: number[]; readonly weights: number[] } {
  const nodes = Array.from({ length: intervals + 1 }, (_, i) => limit * ((2 * i) / intervals - 1));
  const densities = nodes.map(z => Math.exp(-0.5 * z * z));
  const sum = densities.reduce((total, density) => total + density, 0);
  return { nodes, weights: densities.map(density => density / sum) };
}

function components(bound: number | ArrayLike<number>, size: number): number[] {
  return typeof bound === 'number' ? new Array<number>(size).fill(bound) : Array.from(bound);
}
