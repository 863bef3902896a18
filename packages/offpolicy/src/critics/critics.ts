import * as tf from '@tensorflow/tfjs-core';
import { combine, type PolicyOptions } from '@zpin/core';
import type { ActionBox } from '../acting/action-box.ts';
import type { CriticNetworkConfig } from '../actor-critic/actor-critic-fields.ts';
import { type StateActionNetwork, type StateActionOptions, stateActionNetwork } from './state-action-network.ts';

/** How many critics there are, and what each says. */
export interface CriticForm {
  /** Critics of equal form and different first weights. */
  readonly count: number;
  /** Numbers that each critic says about an action; 1 when omitted. */
  readonly outputs?: number;
}

export interface CriticOptions extends Omit<StateActionOptions, 'outputs'>, CriticForm {}

/**
 * Q(s, a) of each critic: `count` tensors, `[B]` for one output, else `[B, outputs]`, of observations `[B, D]` and actions `[B,
 * K]`.
 */
export type Critics = StateActionNetwork<tf.Tensor[]>;

/** Critics side by side in one parameter vector. */
export function critics({ count, outputs = 1, ...options }: CriticOptions): Critics {
  const names = Array.from({ length: count }, (_, i) => `q${i}`);
  const networks = names.map(name => [name, stateActionNetwork({ ...options, outputs })] as const);
  const { layout, init, parts } = combine(Object.fromEntries(networks));
  const flat = (q: tf.Tensor) => (outputs === 1 ? tf.reshape(q, [-1]) : q);
  return { layout, init, apply: (params, obs, action) => names.map(name => flat(parts[name].apply(params, obs, action))) };
}

/** The critics of a policy over a box of actions, of the form that the settings ask for. */
export function criticsOf({ size }: ActionBox, { spec, config }: PolicyOptions<CriticNetworkConfig>, form: CriticForm): Critics {
  const { hiddenSizes, convolutions, activation, criticLayerNorm: layerNorm = false } = config;
  return critics({
    observationSpace: spec.observationSpace,
    actionSize: size,
    hiddenSizes,
    convolutions,
    activation,
    layerNorm,
    ...form,
  });
}

/**
 * How much the critics are off, on average over them: `[B]`, what priorities are made of.
 * @param q `[B]` each @param target `[B]`
 */
export function meanError(q: readonly tf.Tensor[], target: tf.Tensor): tf.Tensor {
  return tf.div(tf.addN(q.map(values => tf.abs(tf.sub(values, target)))), q.length);
}

/**
 * The smallest of the critics' values, element by element.
 * @param q tensors of one shape, `[B]` or `[B, A]` @returns the same shape
 */
export function smallest(q: readonly tf.Tensor[]): tf.Tensor {
  return q.reduce((least, other) => tf.minimum(least, other));
}
