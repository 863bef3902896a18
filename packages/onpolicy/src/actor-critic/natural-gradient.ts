/**
 * The natural gradient without the Fisher matrix (Kakade 2001, "A Natural Policy Gradient"; Schulman et al. 2015, "Trust Region
 * Policy Optimization", appendix C): its products with vectors are those of the Hessian of the divergence, and conjugate
 * gradients need no more.
 */

import * as tf from '@tensorflow/tfjs-core';
import { field, type ValuesOf } from '@zpin/contracts';
import {
  hessianVectorProduct,
  normalizeAdvantage,
  type ParameterLayout,
  type Params,
  unflattenParams,
  valueAndGrad,
} from '@zpin/core';
import type { normalizedAdvantageField } from './fields.ts';
import type { SeparateActorCritic } from './networks.ts';
import { surrogate } from './surrogate.ts';

/** Settings of every algorithm that follows the natural gradient. */
export const naturalGradientFields = {
  maxKl: field.scheduled({
    min: 0,
    default: 0.01,
    unit: 'nats',
    meaning: 'how far an update may move the policy, as mean divergence from the old one (δ)',
  }),
  cgIterations: field.count({ default: 10, meaning: 'iterations of the conjugate gradient method' }),
  cgTolerance: field.nonNegative({
    default: 1e-10,
    meaning: 'squared residual at which the conjugate gradient method ends',
  }),
  damping: field.nonNegative({ default: 0.1, meaning: 'multiple of the identity that is added to the Fisher matrix' }),
};

/** Settings of the natural step. How far it goes is none: it may follow a schedule, so it is an input of the programs. */
type StepConfig = Readonly<Omit<ValuesOf<typeof naturalGradientFields>, 'maxKl'>>;

export interface ConjugateGradientOptions {
  readonly iterations: number;
  /** Squared norm of the residual from which on the solution stays as it is. */
  readonly tolerance: number;
}

/**
 * Solves A x = b for a symmetric positive definite A (Hestenes & Stiefel 1952), starting from 0. All iterations are part of the
 * program, so those behind the end change nothing rather than being left out.
 * @param product A v for `[P]` v
 * @param b `[P]`
 * @returns x `[P]`
 */
export function conjugateGradient(
  product: (v: tf.Tensor1D) => tf.Tensor1D,
  b: tf.Tensor1D,
  { iterations, tolerance }: ConjugateGradientOptions,
): tf.Tensor1D {
  let x: tf.Tensor1D = tf.zerosLike(b);
  let residual = b;
  let direction = b;
  let square = dot(b, b);
  for (let i = 0; i < iterations; i++) {
    const image = product(direction);
    const curvature = dot(direction, image);
    // Where it has ended, or where rounding left no curvature, steps are 0.
    const isOpen = tf.logicalAnd(tf.greater(square, tolerance), tf.greater(curvature, 0));
    const length = tf.where(isOpen, tf.div(square, tf.where(isOpen, curvature, tf.onesLike(curvature))), tf.zerosLike(square));
    x = tf.add(x, tf.mul(direction, length));
    if (i + 1 === iterations) break;
    residual = tf.sub(residual, tf.mul(image, length));
    const nextSquare = dot(residual, residual);
    const ratio = tf.where(isOpen, tf.div(nextSquare, tf.where(isOpen, square, tf.onesLike(square))), tf.zerosLike(square));
    direction = tf.add(residual, tf.mul(direction, ratio));
    square = nextSquare;
  }
  return x;
}

export interface NaturalStepInput {
  readonly layout: ParameterLayout;
  /** `[P]`: parameters of the policy, which are also those of the old policy. */
  readonly parameters: tf.Tensor1D;
  /** `[P]`: gradient g of the objective, which is to grow. */
  readonly gradient: tf.Tensor1D;
  /** Mean divergence of the policy with these parameters from the old one (scalar). */
  readonly kl: (params: Params) => tf.Tensor;
  /** Divergence δ of the step to second order (scalar). */
  readonly maxKl: tf.Tensor;
  readonly config: StepConfig;
}

/**
 * The step along F⁻¹ g whose divergence is δ to second order: √(2δ / xᵀ F x) x with x = F⁻¹ g, where F is the damped Fisher
 * matrix.
 * @returns `step` `[P]`; scalars `expectedImprovement` gᵀ step and `curvature` xᵀ F x; a step of 0 where the gradient is 0
 */
export function naturalStep({ layout, parameters, gradient, kl, maxKl, config }: NaturalStepInput) {
  const product = hessianVectorProduct(layout, kl);
  const fisher = (v: tf.Tensor1D): tf.Tensor1D => tf.add(product(parameters, v), tf.mul(v, config.damping));
  const x = conjugateGradient(fisher, gradient, { iterations: config.cgIterations, tolerance: config.cgTolerance });
  const curvature = dot(x, fisher(x));
  const isCurved = tf.greater(curvature, 0);
  const length = tf.sqrt(tf.div(tf.mul(maxKl, 2), tf.where(isCurved, curvature, tf.onesLike(curvature))));
  const step: tf.Tensor1D = tf.mul(x, tf.where(isCurved, length, tf.zerosLike(length)));
  return { step, expectedImprovement: dot(gradient, step), curvature };
}

function dot(a: tf.Tensor1D, b: tf.Tensor1D): tf.Scalar {
  return tf.sum<tf.Scalar>(tf.mul(a, b));
}

export interface PolicyStepInput {
  readonly network: SeparateActorCritic;
  /** `[P]`: parameters of the policy that collected. */
  readonly policy: tf.Tensor1D;
  /** Rows of the rollout: the columns of the same names. */
  readonly batch: {
    readonly obs: tf.Tensor;
    readonly action: tf.Tensor;
    readonly oldLogProb: tf.Tensor;
    readonly advantage: tf.Tensor;
    readonly mask?: tf.Tensor;
  };
  readonly config: StepConfig & Readonly<ValuesOf<ReturnType<typeof normalizedAdvantageField>>>;
}

/**
 * The natural step of a policy up the surrogate objective, whose gradient at the old policy is the policy gradient.
 * @param maxKl divergence δ of the step to second order (scalar)
 * @returns `step` `[P]`, and metrics
 */
export function policyStep({ network, policy: parameters, batch, config }: PolicyStepInput, maxKl: tf.Tensor) {
  const { layout, apply } = network.separate.policy;
  const { obs, action, oldLogProb, mask } = batch;
  const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
  const old = apply(unflattenParams(layout, parameters), obs, mask);
  const { gradient, entropy } = valueAndGrad(layout, params => {
    const now = apply(params, obs, mask);
    return { loss: surrogate(now.logProb(action), oldLogProb, advantage), entropy: tf.mean(now.entropy()) };
  })(parameters);
  const kl = (params: Params) => tf.mean(old.kl(apply(params, obs, mask)));
  const { step, expectedImprovement } = naturalStep({ layout, parameters, gradient, kl, maxKl, config });
  return { step, metrics: { expectedImprovement, entropy, gradientNorm: tf.norm(gradient) } };
}

/** What other parameters `[P]` would bring: scalars `improvement` of the surrogate objective and `kl`, the mean divergence. */
export function judgePolicy({ network, policy: parameters, batch, config }: PolicyStepInput, candidate: tf.Tensor1D) {
  const { layout, apply } = network.separate.policy;
  const { obs, action, oldLogProb, mask } = batch;
  const advantage = config.normalizeAdvantage ? normalizeAdvantage(batch.advantage) : batch.advantage;
  const [old, next] = [parameters, candidate].map(flat => apply(unflattenParams(layout, flat), obs, mask));
  const objective = (policy: typeof old) => surrogate(policy.logProb(action), oldLogProb, advantage);
  return { improvement: tf.sub(objective(next), objective(old)), kl: tf.mean(old.kl(next)) };
}
