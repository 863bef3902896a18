import * as tf from '@tensorflow/tfjs-core';
import { type BoxSpace, describeSpace, type EnvSpec, message, type Rng, SpaceError } from '@zpin/contracts';
import { clipToBox } from '@zpin/core';

/** Actions of a bounded `Box`, seen from inside an algorithm as the cube [−1, 1]ᴷ. */
export interface ActionBox {
  /** Numbers of an action (K). */
  readonly size: number;
  /** Actions of the environment as points of the cube: `[B, K]` → `[B, K]`. */
  toUnit(action: tf.Tensor): tf.Tensor;
  /** Points of the cube as actions within the bounds of the environment: `[B, K]` → `[B, K]`. */
  fromUnit(unit: tf.Tensor): tf.Tensor;
  /** Fills `out` `[N, K]` with actions uniform in the box, and returns it. */
  uniformInto(out: Float32Array, rng: Rng): Float32Array;
}

/**
 * The rescaling between an action space and the cube that networks, noise and entropy are in.
 * @param algorithm named in errors
 * @throws SpaceError unless actions are a `Box` of floats with finite bounds, low < high
 */
export function actionBox(algorithm: string, { actionSpace, id }: EnvSpec): ActionBox {
  const { low, high } = boundedBox(algorithm, id, actionSpace);
  const space = actionSpace as BoxSpace;
  const size = low.length;
  const half = low.map((bottom, k) => (high[k] - bottom) / 2);
  const center = low.map((bottom, k) => (high[k] + bottom) / 2);
  return {
    size,
    toUnit: action => tf.div(tf.sub(action, tf.tensor1d(center)), tf.tensor1d(half)),
    // Rounding of the sum can step over a bound by one unit.
    fromUnit: unit => clipToBox(tf.add(tf.mul(unit, tf.tensor1d(half)), tf.tensor1d(center)), space),
    uniformInto(out, rng) {
      for (let i = 0; i < out.length; i++) out[i] = rng.uniform(low[i % size], high[i % size]);
      return out;
    },
  };
}

function boundedBox(algorithm: string, id: string, space: EnvSpec['actionSpace']): { low: number[]; high: number[] } {
  if (space.type !== 'box' || space.dtype !== 'float32') {
    const remedy = space.type === 'discrete' ? 'Use discrete-sac, dqn or ppo' : 'Use ppo, or wrap the environment';
    throw new SpaceError(message(algorithm, `actions of ${id} must be a Box of floats`, describeSpace(space), remedy));
  }
  const [low, high] = [Array.from(space.low), Array.from(space.high)];
  const bad = low.findIndex((bottom, k) => !(Number.isFinite(high[k] - bottom) && bottom < high[k]));
  if (bad >= 0) {
    const expectation = `bounds of the actions of ${id} must be finite, low < high`;
    const found = `${describeSpace(space)}, element ${bad} in [${low[bad]}, ${high[bad]}]`;
    const remedy = low[bad] === high[bad] ? 'Leave out the element, which has one value' : 'Bound the action space';
    throw new SpaceError(message(algorithm, expectation, found, `${remedy}, or use ppo`));
  }
  return { low, high };
}
