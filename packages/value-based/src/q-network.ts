import * as tf from '@tensorflow/tfjs';
import {
  activate,
  combine,
  dense,
  type Network,
  type NoisyNetwork,
  noisyDense,
  observationNetwork,
  type PolicyNetwork,
} from '@zpin/core';
import { describeSpace, type EnvSpec, message, SpaceError } from '@zpin/core/spec';
import { maskQ } from './mask-q.ts';
import type { QConfig } from './q-config.ts';

/** What a value-based method learns about each action. */
export interface QNetwork extends Network<readonly [obs: tf.Tensor, noise?: tf.Tensor]> {
  readonly numActions: number;
  /** Numbers per action (N): 1 for a Q-value, atoms or quantiles of a distribution. */
  readonly outputs: number;
  /** Standard normal numbers that one noisy call takes, as `noise` `[noiseSize]`; 0 where the network has no noise. */
  readonly noiseSize: number;
}

export interface QNetworkOptions {
  readonly spec: EnvSpec;
  /** Named in errors. */
  readonly algorithm: string;
  readonly config: Pick<QConfig, 'hiddenSizes' | 'activation'>;
  /** Numbers per action; 1 when omitted, and then the network gives `[B, A]`, else `[B, A, N]`. */
  readonly outputs?: number;
  /** Streams of the state's value and of the actions' advantages (Wang et al. 2016). */
  readonly isDueling?: boolean;
  /** Noisy last layers (Fortunato et al. 2018), with noise of this first size (σ₀). */
  readonly noiseScale?: number;
}

/**
 * A network of Q-values, or of their distributions, over flat observations `[B, D]`.
 * @throws SpaceError unless actions are `Discrete`
 */
export function qNetwork({ spec, algorithm, config, outputs = 1, isDueling = false, noiseScale }: QNetworkOptions): QNetwork {
  const { actionSpace, observationSpace } = spec;
  if (actionSpace.type !== 'discrete') {
    const remedy = 'Use ppo, or discretise the actions';
    throw new SpaceError(message(algorithm, `actions of ${spec.id} must be Discrete`, describeSpace(actionSpace), remedy));
  }
  const numActions = actionSpace.n;
  const { hiddenSizes, activation } = config;
  const shape = outputs === 1 ? [-1, numActions] : [-1, numActions, outputs];
  const outputSize = numActions * outputs;
  if (!isDueling && noiseScale === undefined) {
    const network = observationNetwork(observationSpace, { hiddenSizes, activation, outputSize, initialization: 'fan-in' });
    const apply: QNetwork['apply'] =
      outputs === 1 ? network.apply : (params, obs) => tf.reshape(network.apply(params, obs), shape);
    return { ...network, numActions, outputs, noiseSize: 0, apply };
  }
  const inputSize = hiddenSizes[hiddenSizes.length - 1];
  const units = isDueling ? outputs + outputSize : outputSize;
  const head: NoisyNetwork =
    noiseScale === undefined
      ? { ...dense({ inputSize, outputSize: units }), noiseSize: 0 }
      : noisyDense({ inputSize, outputSize: units, noiseScale });
  const sizes = { hiddenSizes: hiddenSizes.slice(0, -1), outputSize: inputSize };
  const features = observationNetwork(observationSpace, { ...sizes, activation, initialization: 'fan-in' });
  const { layout, init, parts } = combine({ features, head });
  return {
    layout,
    init,
    numActions,
    outputs,
    noiseSize: head.noiseSize,
    apply(params, obs, noise) {
      const hidden = activate(activation, parts.features.apply(params, obs));
      const out = parts.head.apply(params, hidden, noise);
      return isDueling ? duelingQ(...streams(out, outputs, numActions)) : tf.reshape(out, shape);
    },
  };
}

/** The value `[B, 1]` or `[B, 1, N]` and the advantages `[B, A]` or `[B, A, N]` in the outputs `[B, (1 + A) · N]` of one layer. */
function streams(out: tf.Tensor, outputs: number, numActions: number): [value: tf.Tensor, advantage: tf.Tensor] {
  const value = tf.slice(out, [0, 0], [-1, outputs]);
  const advantage = tf.slice(out, [0, outputs], [-1, numActions * outputs]);
  if (outputs === 1) return [value, advantage];
  return [tf.expandDims(value, 1), tf.reshape(advantage, [-1, numActions, outputs])];
}

/**
 * Q(s, a) = V(s) + A(s, a) − mean_a′ A(s, a′) (Wang et al. 2016, equation 9).
 * @param value `[B, 1]` or `[B, 1, N]` @param advantage `[B, A]` or `[B, A, N]` @returns as `advantage`
 */
export function duelingQ(value: tf.Tensor, advantage: tf.Tensor): tf.Tensor {
  return tf.add(value, tf.sub(advantage, tf.mean(advantage, 1, true)));
}

/** The policy that is greedy in the values of a network, without noise. @param values of outputs: `[B, A, …]` → `[B, A]` */
export function greedyPolicy(network: QNetwork, values: (output: tf.Tensor) => tf.Tensor = output => output): PolicyNetwork {
  return {
    layout: network.layout,
    act: (params, obs, mask) => tf.argMax(maskQ(values(network.apply(params, obs)), mask), 1),
  };
}
