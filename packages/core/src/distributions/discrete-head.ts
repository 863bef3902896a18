import type * as tf from '@tensorflow/tfjs-core';
import { type BoxSpace, describeSpace, type EnvSpec, flatDtype, message, SpaceError } from '@zpin/contracts';
import { type InputShape, int32, uint8 } from '../program/program.ts';
import { Bernoulli } from './bernoulli.ts';
import { Categorical } from './categorical.ts';
import type { EntropicDistribution } from './distribution.ts';
import { MultiCategorical } from './multi-categorical.ts';

/** How logits become a distribution over actions that are whole numbers. It gives and takes values of the action space. */
export interface DiscreteHead {
  /** Logits of an observation: A, those of K choices behind each other, or one for each of K bits. */
  readonly outputSize: number;
  /** Shape of a batch of actions, `[B]` or `[B, K]`, in the element type of rows of the space. */
  readonly action: InputShape;
  /** Shape of the uniform noise that a batch of actions is sampled from. */
  readonly noise: InputShape;
  /** Numbers of noise per action. */
  readonly noiseSize: number;
  /** Actions that can be masked: A, or 0 where masks have no meaning. */
  readonly maskSize: number;
  /** @param logits `[B, outputSize]` @param mask `[B, A]`, 1 = legal */
  distribution(logits: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
}

/** Choices of all elements of an integer `Box` together, beyond which it must be meant as something else: one logit for each. */
const MOST_CHOICES = 65_536;

/**
 * Categorical for `Discrete` actions, independent categoricals for `MultiDiscrete` and for a `Box` of integers, independent bits
 * for `MultiBinary`; `null` for all other spaces.
 * @param algorithm named in errors
 * @throws SpaceError for a `Box` of integers without bounds, or with more than 65,536 choices in all
 */
export function discreteHead(algorithm: string, { id, actionSpace }: EnvSpec): DiscreteHead | null {
  switch (actionSpace.type) {
    case 'discrete': {
      const { n, start } = actionSpace;
      return {
        outputSize: n,
        action: int32(['batch']),
        noise: ['batch'],
        noiseSize: 1,
        maskSize: n,
        distribution: (logits, mask) => new Categorical(logits, mask, start),
      };
    }
    case 'multiDiscrete': {
      const { nvec } = actionSpace;
      return { ...severalOf(nvec.length, actionSpace), ...choices(nvec) };
    }
    case 'multiBinary': {
      const { n } = actionSpace;
      return { ...severalOf(n, actionSpace), outputSize: n, distribution: logits => new Bernoulli(logits) };
    }
    case 'box': {
      if (actionSpace.dtype === 'float32') return null;
      const sizes = sizesOf(algorithm, id, actionSpace);
      return { ...severalOf(sizes.length, actionSpace), ...choices(sizes, Array.from(actionSpace.low)) };
    }
    default:
      return null;
  }
}

/** What K whole numbers at once have in common. */
function severalOf(size: number, space: EnvSpec['actionSpace']) {
  const shape = ['batch', size] as const;
  const action = flatDtype(space) === 'uint8' ? uint8(shape) : int32(shape);
  return { action, noise: shape, noiseSize: size, maskSize: 0 };
}

function choices(sizes: readonly number[], starts?: readonly number[]): Pick<DiscreteHead, 'outputSize' | 'distribution'> {
  const outputSize = sizes.reduce((sum, size) => sum + size, 0);
  return { outputSize, distribution: logits => new MultiCategorical(logits, sizes, undefined, starts) };
}

/** How many values each element of an integer `Box` can have. */
function sizesOf(algorithm: string, id: string, space: BoxSpace): number[] {
  const sizes = Array.from(space.low, (low, k) => space.high[k] - low + 1);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (total <= MOST_CHOICES) return sizes;
  const expectation = `a Box of integers as actions of ${id} must have bounds that leave at most ${MOST_CHOICES} choices in all`;
  const widest = sizes.indexOf(Math.max(...sizes));
  const found = `${describeSpace(space)} with ${total}, element ${widest} in [${space.low[widest]}, ${space.high[widest]}]`;
  throw new SpaceError(message(algorithm, expectation, found, 'Narrow its bounds, or make it a Box of floats'));
}
