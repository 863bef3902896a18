import * as tf from '@tensorflow/tfjs-core';
import {
  describeSpace,
  type EnvSpec,
  type FlatPart,
  flatDtype,
  flatLayout,
  message,
  type Rng,
  SpaceError,
} from '@zpin/contracts';
import {
  type DiscreteHead,
  discreteHead,
  type EntropicDistribution,
  int32,
  Joint,
  type JointPart,
  joinRows,
  type RowPart,
  uint8,
} from '@zpin/core';
import { type GaussianOptions, gaussianHead } from './gaussian-head.ts';

/** How the output of a policy network becomes a distribution over actions, and what its actions look like. */
export interface PolicyHead extends Omit<DiscreteHead, 'distribution'> {
  /** Parameters beside the network: log standard deviations that are the same in every state; 0 where there are none. */
  readonly logStdSize: number;
  /** Fills `[N, noiseSize]` with noise of the kind that `sample` asks for. */
  drawNoise(rng: Rng, noise: Float32Array): Float32Array;
  /** @param output `[B, outputSize]` @param logStd `[logStdSize]` @param mask `[B, A]`, 1 = legal */
  distribution(output: tf.Tensor, logStd?: tf.Tensor, mask?: tf.Tensor): EntropicDistribution;
  /** The most probable action within the bounds of the space, `[B]` or `[B, K]`. */
  mode(output: tf.Tensor, mask?: tf.Tensor): tf.Tensor;
  /** Why it will hardly learn in this space; absent where it can. */
  readonly warning?: string;
}

export type PolicyHeadOptions = GaussianOptions;

/**
 * Distributions of `discreteHead` for whole numbers as actions, a diagonal Gaussian for a `Box` of floats; for a `Dict` or `Tuple`
 * those of its parts, independent of each other, as rows of all of them.
 * @throws SpaceError for spaces without parts, for a `Box` without bounds to squash to, and for integers without useful bounds;
 * ConfigError for settings that exclude each other
 */
export function policyHead(algorithm: string, spec: EnvSpec, options: PolicyHeadOptions = {}): PolicyHead {
  const { actionSpace, id } = spec;
  if (actionSpace.type !== 'dict' && actionSpace.type !== 'tuple') return leafHead(algorithm, spec, options);
  const parts = flatLayout(actionSpace);
  if (parts.length === 0) {
    const expectation = `actions of ${id} must have at least one part`;
    throw new SpaceError(message(algorithm, expectation, describeSpace(actionSpace), 'Give them one'));
  }
  const heads = parts.map(part => leafHead(algorithm, { ...spec, id: `${id}, ${part.path}`, actionSpace: part.space }, options));
  return jointHead(parts, heads, flatDtype(actionSpace));
}

/** A head of a space that is no `Dict` or `Tuple`. */
interface LeafHead extends PolicyHead {
  readonly noiseKind: 'uniform' | 'normal';
}

function leafHead(algorithm: string, spec: EnvSpec, options: PolicyHeadOptions): LeafHead {
  const { actionSpace, id } = spec;
  const discrete = discreteHead(algorithm, spec);
  if (discrete) {
    const { distribution, ...shapes } = discrete;
    return {
      ...shapes,
      logStdSize: 0,
      noiseKind: 'uniform',
      drawNoise: (rng, noise) => rng.uniformInto(noise),
      distribution: (logits, _logStd, mask) => distribution(logits, mask),
      mode: (logits, mask) => distribution(logits, mask).mode(),
    };
  }
  if (actionSpace.type !== 'box') {
    const expectation = `actions of ${id} must be Discrete, MultiDiscrete, MultiBinary, a Box, or a Dict or Tuple of them`;
    throw new SpaceError(message(algorithm, expectation, describeSpace(actionSpace), 'Wrap the environment'));
  }
  const size = actionSpace.low.length;
  return {
    action: ['batch', size],
    noise: ['batch', size],
    noiseSize: size,
    maskSize: 0,
    noiseKind: 'normal',
    drawNoise: (rng, noise) => rng.standardNormalInto(noise),
    ...gaussianHead(algorithm, id, actionSpace, options),
  };
}

/** Independent actions as one. @param dtype element type of rows of them */
function jointHead(parts: readonly FlatPart[], heads: readonly LeafHead[], dtype: 'float32' | 'int32' | 'uint8'): PolicyHead {
  const outputs = slices(heads.map(head => head.outputSize));
  const logStds = slices(heads.map(head => head.logStdSize));
  const noises = slices(heads.map(head => head.noiseSize));
  const shape = ['batch', sum(parts.map(part => part.size))] as const;
  const noiseSize = sum(heads.map(head => head.noiseSize));
  // Tensors have no bytes: rows of them are whole numbers.
  const tensorType = dtype === 'float32' ? 'float32' : 'int32';
  const isNormal = heads.flatMap(head => new Array<boolean>(head.noiseSize).fill(head.noiseKind === 'normal'));
  const outputOf = (output: tf.Tensor, i: number) => tf.slice(output, [0, outputs[i].offset], [-1, outputs[i].size]);
  const partOf = (output: tf.Tensor, logStd: tf.Tensor | undefined, i: number): JointPart => {
    const head = heads[i];
    const { offset, size } = logStds[i];
    const own = logStd && size > 0 ? tf.slice(logStd, [offset], [size]) : undefined;
    return {
      distribution: head.distribution(outputOf(output, i), own),
      action: { ...parts[i], isScalar: rankOf(head.action) === 1 },
      noise: { ...noises[i], isScalar: rankOf(head.noise) === 1 },
      dtype: head.noiseKind === 'normal' ? 'float32' : 'int32',
    };
  };
  const warning = heads.find(head => head.warning !== undefined)?.warning;
  return {
    outputSize: sum(heads.map(head => head.outputSize)),
    logStdSize: sum(heads.map(head => head.logStdSize)),
    action: dtype === 'float32' ? shape : dtype === 'int32' ? int32(shape) : uint8(shape),
    noise: ['batch', noiseSize],
    noiseSize,
    maskSize: 0,
    drawNoise: (rng, noise) => {
      for (let i = 0; i < noise.length; i++) noise[i] = isNormal[i % noiseSize] ? rng.standardNormal() : rng.random();
      return noise;
    },
    distribution: (output, logStd) =>
      new Joint(
        heads.map((_, i) => partOf(output, logStd, i)),
        tensorType,
      ),
    mode: output =>
      joinRows(
        heads.map((head, i) => ({ value: head.mode(outputOf(output, i)), size: parts[i].size })),
        tensorType,
      ),
    ...(warning !== undefined && { warning }),
  };
}

/** Places behind each other. */
function slices(sizes: readonly number[]): Omit<RowPart, 'isScalar'>[] {
  let next = 0;
  return sizes.map(size => {
    const offset = next;
    next += size;
    return { offset, size };
  });
}

function rankOf(shape: PolicyHead['action']): number {
  return ('shape' in shape ? shape.shape : shape).length;
}

function sum(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total + size, 0);
}
