import * as tf from '@tensorflow/tfjs-core';
import { type BoxSpace, ConfigError, describeFarActions, describeSpace, message, SpaceError } from '@zpin/contracts';
import { clipToBox, DiagonalGaussian, type EntropicDistribution, SquashedGaussian } from '@zpin/core';

/** Where deviations come from: a parameter that is the same in every state, or the network, through one of two functions. */
export type ActionDeviation = 'independent' | 'exp' | 'softplus';

/** How a policy plays a `Box` of floats. */
export interface GaussianOptions {
  /** Squash the Gaussian to the bounds of the `Box` by tanh, rather than clip it to them; off when omitted. */
  readonly squashActions?: boolean;
  /** Let the Gaussian count in half widths of the `Box` from its middle; off when omitted. */
  readonly scaleActions?: boolean;
  /** Squash only the mean to the bounds, by tanh; off when omitted. */
  readonly boundMeans?: boolean;
  /** `independent` when omitted. */
  readonly actionDeviation?: ActionDeviation;
  /** First log standard deviation; 0 when omitted. */
  readonly initialLogStd?: number;
}

/** How the output of a network becomes a Gaussian over a `Box` of K floats. */
export interface GaussianHead {
  /** K means, and K numbers that deviations are made of where they depend on the state. */
  readonly outputSize: number;
  /** K where deviations are parameters of their own, else 0. */
  readonly logStdSize: number;
  /** @param output `[B, outputSize]` @param logStd `[K]`, where `logStdSize` is not 0 */
  distribution(output: tf.Tensor, logStd?: tf.Tensor): EntropicDistribution;
  /** `[B, K]`: the most probable action within the bounds. @param output `[B, outputSize]` */
  mode(output: tf.Tensor): tf.Tensor;
  /** Why it will hardly learn in this space; absent where it can. */
  readonly warning?: string;
}

/** Log deviations that a network gives stay in here, as in soft actor-critic. */
const [MIN_LOG_STD, MAX_LOG_STD] = [-20, 2];
/** Least deviation through softplus. */
const LEAST_STD = 1e-4;

/**
 * A diagonal Gaussian in the numbers of the environment, or in half widths of the box, clipped to it by the environment; or one
 * squashed to it.
 * @throws SpaceError for a `Box` without bounds to squash to; ConfigError for settings that exclude each other
 */
export function gaussianHead(algorithm: string, id: string, space: BoxSpace, options: GaussianOptions): GaussianHead {
  const { squashActions = false, boundMeans = false, actionDeviation = 'independent' } = options;
  if (squashActions && boundMeans) {
    const remedy = 'Squashed actions have bounded means already; turn one of them off';
    throw new ConfigError(message(algorithm, 'boundMeans must be off where squashActions is on', true, remedy));
  }
  if (squashActions || boundMeans) checkBounded(algorithm, id, space, squashActions ? 'squashActions' : 'boundMeans');
  const size = space.low.length;
  const { place, warning } = squashActions ? squashed(space) : clipped(algorithm, id, space, options);
  const isGiven = actionDeviation !== 'independent';
  const meanOf = (output: tf.Tensor) => (isGiven ? tf.slice(output, [0, 0], [-1, size]) : output);
  const logStdOf = (output: tf.Tensor, logStd?: tf.Tensor) =>
    isGiven ? deviation(actionDeviation, tf.slice(output, [0, size], [-1, size]), options) : (logStd as tf.Tensor);
  return {
    outputSize: isGiven ? 2 * size : size,
    logStdSize: isGiven ? 0 : size,
    distribution: (output, logStd) => place(meanOf(output), logStdOf(output, logStd)).distribution,
    mode: output => place(meanOf(output), tf.zeros([size])).best(),
    ...(warning !== undefined && { warning }),
  };
}

/** `[B, K]` log deviations from what a network says, so that 0 stands for the first one. */
function deviation(kind: 'exp' | 'softplus', output: tf.Tensor, { initialLogStd = 0 }: GaussianOptions): tf.Tensor {
  if (kind === 'exp') return tf.clipByValue(tf.add(output, initialLogStd), MIN_LOG_STD, MAX_LOG_STD);
  // softplus(log(e^σ − 1)) = σ
  const first = Math.log(Math.expm1(Math.exp(initialLogStd)));
  return tf.log(tf.add(tf.softplus(tf.add(output, first)), LEAST_STD));
}

/** A Gaussian of `mean` and `logStd`, where it belongs in the box, and its best action. */
type Placement = (mean: tf.Tensor, logStd: tf.Tensor) => { readonly distribution: EntropicDistribution; best(): tf.Tensor };

interface Placed {
  readonly place: Placement;
  readonly warning?: string;
}

function squashed(space: BoxSpace): Placed {
  return {
    place: (mean, logStd) => {
      const distribution = new SquashedGaussian(mean, logStd, space);
      return { distribution, best: () => distribution.mode() };
    },
  };
}

function clipped(algorithm: string, id: string, space: BoxSpace, options: GaussianOptions): Placed {
  const { scaleActions = false, boundMeans = false } = options;
  const far = scaleActions ? null : describeFarActions(space);
  const scale = Array.from(space.low, (low, k) => unitOf(low, space.high[k]));
  const center = () => tf.tensor1d(scale.map(unit => unit.center));
  const half = () => tf.tensor1d(scale.map(unit => unit.half));
  const logHalf = () => tf.tensor1d(scale.map(unit => Math.log(unit.half)));
  const stretched = (mean: tf.Tensor) => tf.add(tf.mul(boundMeans ? tf.tanh(mean) : mean, half()), center());
  const meanOf = scaleActions || boundMeans ? stretched : (mean: tf.Tensor) => mean;
  const logStdOf = scaleActions ? (logStd: tf.Tensor) => tf.add(logStd, logHalf()) : (logStd: tf.Tensor) => logStd;
  return {
    place: (mean, logStd) => ({
      distribution: new DiagonalGaussian(meanOf(mean), logStdOf(logStd)),
      best: () => clipToBox(meanOf(mean), space),
    }),
    ...(far !== null && { warning: warningOf(algorithm, id, far) }),
  };
}

function checkBounded(algorithm: string, id: string, { low, high, ...space }: BoxSpace, setting: string): void {
  const open = low.findIndex((least, k) => !(least < high[k] && Number.isFinite(high[k] - least)));
  if (open < 0) return;
  const expectation = `actions of ${id} must have finite bounds, low < high, to be squashed to`;
  const found = `${describeSpace({ ...space, low, high })}, element ${open} in [${low[open]}, ${high[open]}]`;
  throw new SpaceError(message(algorithm, expectation, found, `Turn ${setting} off`));
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
