import * as tf from '@tensorflow/tfjs-core';
import { describeSpace, type EnvSpec, message, type Rng, SpaceError } from '@zpin/contracts';
import {
  Categorical,
  clipToBox,
  DiagonalGaussian,
  type EntropicDistribution,
  type InputShape,
  int32,
  MultiCategorical,
  SquashedGaussian,
} from '@zpin/core';

/** How the output of a policy network becomes a distribution over actions, and what its actions look like. */
export interface PolicyHead {
  /** Outputs of the network: A logits, the logits of K choices behind each other, or K means. */
  readonly outputSize: number;
  /** Parameters beside the network: `[K]` log standard deviations, the same in every state; 0 for discrete actions. */
  readonly logStdSize: number;
  /** Shape of a batch of actions. */
  readonly action: InputShape;
  /** Shape of the noise that a batch of actions is sampled from. */
  readonly noise: InputShape;
  /** Fills `[N]` or `[N, K]` with noise of the kind that `sample` asks for. */
  drawNoise(rng: Rng, noise: Float32Array): Float32Array;
  /** Numbers of noise per action. */
  readonly noiseSize: number;
  /** Actions that can be masked: A, or 0 where masks have no meaning. */
  readonly maskSize: number;
  /** @param output `[B, outputSize]` @param logStd `[K]` @param mask `[B, A]`, 1 = legal */
  distribution(output: tf.Tensor, logStd?: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
  /** The most probable action within the bounds of the space, `[B]` or `[B, K]`. */
  mode(output: tf.Tensor, mask?: tf.Tensor): tf.Tensor;
}

/**
 * Categorical for `Discrete` actions, independent categoricals for `MultiDiscrete`, diagonal Gaussian for `Box`.
 * @param squash whether the Gaussian is squashed to the bounds of the `Box` by tanh, rather than clipped to them by the
 * environment
 * @throws SpaceError for other spaces, and for a `Box` without finite bounds to squash to
 */
export function policyHead(algorithm: string, { actionSpace, id }: EnvSpec, squash = false): PolicyHead {
  if (actionSpace.type === 'discrete') {
    return {
      outputSize: actionSpace.n,
      logStdSize: 0,
      action: int32(['batch']),
      noise: ['batch'],
      drawNoise: (rng, noise) => rng.uniformInto(noise),
      noiseSize: 1,
      maskSize: actionSpace.n,
      distribution: (logits, _logStd, mask) => new Categorical(logits, mask, actionSpace.start),
      mode: (logits, mask) => new Categorical(logits, mask, actionSpace.start).mode(),
    };
  }
  if (actionSpace.type === 'multiDiscrete') {
    const { nvec } = actionSpace;
    return {
      outputSize: nvec.reduce((sum, n) => sum + n, 0),
      logStdSize: 0,
      action: int32(['batch', nvec.length]),
      noise: ['batch', nvec.length],
      drawNoise: (rng, noise) => rng.uniformInto(noise),
      noiseSize: nvec.length,
      maskSize: 0,
      distribution: logits => new MultiCategorical(logits, nvec),
      mode: logits => new MultiCategorical(logits, nvec).mode(),
    };
  }
  if (actionSpace.type === 'box' && actionSpace.dtype === 'float32') {
    const size = actionSpace.low.length;
    if (squash && ![...actionSpace.low, ...actionSpace.high].every(Number.isFinite)) {
      const expectation = `actions of ${id} must have finite bounds to be squashed to`;
      throw new SpaceError(message(algorithm, expectation, describeSpace(actionSpace), 'Turn squashActions off'));
    }
    return {
      outputSize: size,
      logStdSize: size,
      action: ['batch', size],
      noise: ['batch', size],
      drawNoise: (rng, noise) => rng.standardNormalInto(noise),
      noiseSize: size,
      maskSize: 0,
      distribution: (mean, logStd) =>
        squash ? new SquashedGaussian(mean, logStd as tf.Tensor, actionSpace) : new DiagonalGaussian(mean, logStd as tf.Tensor),
      mode: mean => (squash ? new SquashedGaussian(mean, tf.zeros([size]), actionSpace).mode() : clipToBox(mean, actionSpace)),
    };
  }
  throw new SpaceError(
    message(
      algorithm,
      `actions of ${id} must be Discrete, MultiDiscrete or a Box of floats`,
      describeSpace(actionSpace),
      'Wrap the environment',
    ),
  );
}
