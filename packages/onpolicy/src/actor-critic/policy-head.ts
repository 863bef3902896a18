import * as tf from '@tensorflow/tfjs-core';
import { type BoxSpace, describeFarActions, describeSpace, type EnvSpec, message, type Rng, SpaceError } from '@zpin/contracts';
import {
  clipToBox,
  DiagonalGaussian,
  type DiscreteHead,
  discreteHead,
  type EntropicDistribution,
  SquashedGaussian,
} from '@zpin/core';

/** How the output of a policy network becomes a distribution over actions, and what its actions look like. */
export interface PolicyHead extends Omit<DiscreteHead, 'distribution'> {
  /** Parameters beside the network: `[K]` log standard deviations, the same in every state; 0 for whole numbers as actions. */
  readonly logStdSize: number;
  /** Fills `[N]` or `[N, K]` with noise of the kind that `sample` asks for. */
  drawNoise(rng: Rng, noise: Float32Array): Float32Array;
  /** @param output `[B, outputSize]`: logits, or K means @param logStd `[K]` @param mask `[B, A]`, 1 = legal */
  distribution(output: tf.Tensor, logStd?: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
  /** The most probable action within the bounds of the space, `[B]` or `[B, K]`. */
  mode(output: tf.Tensor, mask?: tf.Tensor): tf.Tensor;
  /** Why it will hardly learn in this space; absent where it can. */
  readonly warning?: string;
}

export interface PolicyHeadOptions {
  /** Squash the Gaussian to the bounds of the `Box` by tanh, rather than clip it to them; off when omitted. */
  readonly squashActions?: boolean;
  /** Let the Gaussian count in half widths of the `Box` from its middle; off when omitted. */
  readonly scaleActions?: boolean;
}

/**
 * Distributions of `discreteHead` for whole numbers as actions, a diagonal Gaussian for a `Box` of floats.
 * @throws SpaceError for other spaces, for a `Box` without bounds to squash to, and for integers without useful bounds
 */
export function policyHead(algorithm: string, spec: EnvSpec, options: PolicyHeadOptions = {}): PolicyHead {
  const { actionSpace, id } = spec;
  const discrete = discreteHead(algorithm, spec);
  if (discrete) {
    const { distribution, ...shapes } = discrete;
    return {
      ...shapes,
      logStdSize: 0,
      drawNoise: (rng, noise) => rng.uniformInto(noise),
      distribution: (logits, _logStd, mask) => distribution(logits, mask),
      mode: (logits, mask) => distribution(logits, mask).mode(),
    };
  }
  if (actionSpace.type !== 'box') {
    const expectation = `actions of ${id} must be Discrete, MultiDiscrete, MultiBinary or a Box`;
    throw new SpaceError(message(algorithm, expectation, describeSpace(actionSpace), 'Wrap the environment'));
  }
  const size = actionSpace.low.length;
  const shapes = { outputSize: size, action: ['batch', size], noise: ['batch', size], noiseSize: size, maskSize: 0 } as const;
  return {
    ...shapes,
    logStdSize: size,
    drawNoise: (rng, noise) => rng.standardNormalInto(noise),
    ...(options.squashActions ? squashed(algorithm, id, actionSpace) : gaussian(algorithm, id, actionSpace, options)),
  };
}

type Gaussian = Pick<PolicyHead, 'distribution' | 'mode' | 'warning'>;

function squashed(algorithm: string, id: string, space: BoxSpace): Gaussian {
  const { low, high } = space;
  const open = low.findIndex((least, k) => !(least < high[k] && Number.isFinite(high[k] - least)));
  if (open >= 0) {
    const expectation = `actions of ${id} must have finite bounds, low < high, to be squashed to`;
    const found = `${describeSpace(space)}, element ${open} in [${low[open]}, ${high[open]}]`;
    throw new SpaceError(message(algorithm, expectation, found, 'Turn squashActions off'));
  }
  return {
    distribution: (mean, logStd) => new SquashedGaussian(mean, logStd as tf.Tensor, space),
    mode: mean => new SquashedGaussian(mean, tf.zeros([low.length]), space).mode(),
  };
}

/** A Gaussian in the numbers of the environment, or in half widths of the box, clipped to it by the environment. */
function gaussian(algorithm: string, id: string, space: BoxSpace, { scaleActions = false }: PolicyHeadOptions): Gaussian {
  if (!scaleActions) {
    const far = describeFarActions(space);
    return {
      distribution: (mean, logStd) => new DiagonalGaussian(mean, logStd as tf.Tensor),
      mode: mean => clipToBox(mean, space),
      ...(far !== null && { warning: warningOf(algorithm, id, far) }),
    };
  }
  const scale = Array.from(space.low, (low, k) => unitOf(low, space.high[k]));
  const center = () => tf.tensor1d(scale.map(unit => unit.center));
  const half = () => tf.tensor1d(scale.map(unit => unit.half));
  const logHalf = () => tf.tensor1d(scale.map(unit => Math.log(unit.half)));
  const stretched = (mean: tf.Tensor) => tf.add(tf.mul(mean, half()), center());
  return {
    distribution: (mean, logStd) => new DiagonalGaussian(stretched(mean), tf.add(logStd as tf.Tensor, logHalf())),
    mode: mean => clipToBox(stretched(mean), space),
  };
}

/** Middle and half width of an element. One without two bounds, or with one value, is counted in 1 from the bound that it has. */
function unitOf(low: number, high: number): { readonly center: number; readonly half: number } {
  if (Number.isFinite(high - low)) return { center: (low + high) / 2, half: (high - low) / 2 || 1 };
  const bound = Number.isFinite(low) ? low : high;
  return { center: Number.isFinite(bound) ? bound : 0, half: 1 };
}

function warningOf(algorithm: string, id: string, far: string): string {
  const what = `${algorithm}: the actions of ${id} are far from [-1, 1], ${far}, and a Gaussian policy begins around 0 with deviation 1`;
  return `${what}. Set scaleActions or squashActions to true, or wrap the environment in RescaleAction (rescale-action).`;
}
