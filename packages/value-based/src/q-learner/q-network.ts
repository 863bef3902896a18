import * as tf from '@tensorflow/tfjs-core';
import { describeSpace, type EnvSpec, message, SpaceError } from '@zpin/contracts';
import {
  combine,
  dense,
  type Initialization,
  maskValues,
  type Network,
  type NoisyNetwork,
  noisyDense,
  noisyNetwork,
  observationFeatures,
  offsetBy,
  type PolicyNetwork,
} from '@zpin/core';
import type { QConfig } from './q-fields.ts';

/** What a value-based method learns about each action. */
export interface QNetwork extends Network<readonly [obs: tf.Tensor, noise?: tf.Tensor]> {
  readonly numActions: number;
  /** The action that the first output is of, `start` of the space; 0 when omitted. */
  readonly firstAction?: number;
  /** Numbers per action (N): 1 for a Q-value, atoms or quantiles of a distribution. */
  readonly outputs: number;
  /** Random numbers that one call takes as `noise`; 0 where it takes none. */
  readonly noiseSize: number;
  /**
   * `normal`: standard normal, `[noiseSize]`, the same for all rows; the agent explores by them. `fractions`: uniform in [0, 1),
   * `[B, noiseSize]`, for updates alone.
   */
  readonly noiseKind: 'normal' | 'fractions';
}

export interface QNetworkOptions {
  readonly spec: EnvSpec;
  /** Named in errors. */
  readonly algorithm: string;
  /** Layers are initialised by `fan-in` when it says nothing else. */
  readonly config: Pick<QConfig, 'hiddenSizes' | 'activation'> & Partial<Pick<QConfig, 'initialization' | 'convolutions'>>;
  /** Numbers per action; 1 when omitted, and then the network gives `[B, A]`, else `[B, A, N]`. */
  readonly outputs?: number;
  /** Streams of the state's value and of the actions' advantages (Wang et al. 2016). */
  readonly isDueling?: boolean;
  /** Noisy layers (Fortunato et al. 2018), with noise of this first size (σ₀); there are none when omitted. */
  readonly noiseScale?: number;
  /** Which of them: only the last one (of each stream), or all that are fully connected. `last` when omitted. */
  readonly noisyLayers?: 'last' | 'all';
}

/** The actions of a network. */
export type ActionRange = Pick<QNetwork, 'numActions' | 'firstAction'>;

/** How many actions there are, and which is the first. @throws SpaceError unless they are `Discrete` */
export function discreteActions({ id, actionSpace }: EnvSpec, algorithm: string): Required<ActionRange> {
  if (actionSpace.type === 'discrete') return { numActions: actionSpace.n, firstAction: actionSpace.start };
  const remedy =
    actionSpace.type === 'box'
      ? `Use ${actionSpace.dtype === 'float32' ? 'ddpg, td3 or sac' : 'ppo'}, or --wrap discretize-action:11`
      : 'Use ppo, or an environment whose actions are one index';
  throw new SpaceError(message(algorithm, `actions of ${id} must be Discrete`, describeSpace(actionSpace), remedy));
}

/**
 * A network of Q-values, or of their distributions, over flat observations `[B, D]`: hidden layers, then one linear layer. With
 * `isDueling`, the last hidden layer is shared out: one half of its units is the hidden layer of the value's stream, the other
 * that of the advantages'.
 * @throws SpaceError unless actions are `Discrete`
 */
export function qNetwork(options: QNetworkOptions): QNetwork {
  const { spec, algorithm, config, outputs = 1, isDueling = false, noiseScale, noisyLayers = 'last' } = options;
  const { numActions, firstAction } = discreteActions(spec, algorithm);
  const { initialization = 'fan-in' } = config;
  const features = observationFeatures(spec.observationSpace, { ...config, initialization });
  const isNoisy = noiseScale !== undefined && noisyLayers === 'all';
  const hidden = isNoisy ? noisyNetwork(features, noiseScale) : { ...features, noiseSize: 0 };
  const isShared = config.hiddenSizes.length === 0;
  const last = isDueling
    ? duelingStreams({ inputSize: hidden.outputSize, isShared, numActions, outputs, initialization, noiseScale })
    : lastLayer(hidden.outputSize, numActions * outputs, { initialization, noiseScale });
  const { layout, init, parts } = combine({ hidden, output: last });
  return {
    layout,
    init,
    numActions,
    firstAction,
    outputs,
    noiseSize: hidden.noiseSize + last.noiseSize,
    noiseKind: 'normal',
    apply(params, obs, noise) {
      const [hiddenNoise, lastNoise] = splitNoise(noise, [hidden.noiseSize, last.noiseSize]);
      const output = parts.output.apply(params, parts.hidden.apply(params, obs, hiddenNoise), lastNoise);
      return outputs === 1 || isDueling ? output : tf.reshape(output, [-1, numActions, outputs]);
    },
  };
}

/** How a last layer begins. */
interface LastLayer {
  readonly initialization: Initialization;
  readonly noiseScale: number | undefined;
}

/** A linear layer, noisy where there is a first size of its noise: `[B, inputSize]` → `[B, outputSize]`. */
function lastLayer(inputSize: number, outputSize: number, { initialization, noiseScale }: LastLayer): NoisyNetwork {
  if (noiseScale !== undefined) return noisyDense({ inputSize, outputSize, initialization, noiseScale });
  return { ...dense({ inputSize, outputSize, initialization }), noiseSize: 0 };
}

interface StreamOptions extends LastLayer {
  readonly inputSize: number;
  /** Whether both streams read all inputs, as no hidden layer lies before them. */
  readonly isShared: boolean;
  readonly numActions: number;
  readonly outputs: number;
}

/** Value and advantages, each from its own half of the inputs: `[B, inputSize]` → `[B, A]`, or `[B, A, N]` for N outputs. */
function duelingStreams({ inputSize, isShared, numActions, outputs, ...last }: StreamOptions): NoisyNetwork {
  const half = Math.floor(inputSize / 2);
  const forValue = isShared ? inputSize : half;
  const forAdvantage = isShared ? inputSize : inputSize - half;
  const value = lastLayer(forValue, outputs, last);
  const advantage = lastLayer(forAdvantage, numActions * outputs, last);
  const { layout, init, parts } = combine({ value, advantage });
  return {
    layout,
    init,
    noiseSize: value.noiseSize + advantage.noiseSize,
    apply(params, x, noise) {
      const columns = (begin: number, size: number) => (isShared ? x : tf.slice(x, [0, begin], [-1, size]));
      const [valueNoise, advantageNoise] = splitNoise(noise, [value.noiseSize, advantage.noiseSize]);
      const v = parts.value.apply(params, columns(0, forValue), valueNoise);
      const a = parts.advantage.apply(params, columns(half, forAdvantage), advantageNoise);
      if (outputs === 1) return duelingQ(v, a);
      return duelingQ(tf.expandDims(v, 1), tf.reshape(a, [-1, numActions, outputs]));
    },
  };
}

/** The noise of each of several parts; none for a part that takes none. */
function splitNoise(noise: tf.Tensor | undefined, sizes: readonly number[]): readonly (tf.Tensor | undefined)[] {
  let begin = 0;
  return sizes.map(size => {
    const own = noise && size > 0 ? (size === noise.size ? noise : tf.slice(noise, [begin], [size])) : undefined;
    begin += size;
    return own;
  });
}

/**
 * Q(s, a) = V(s) + A(s, a) − mean_a′ A(s, a′) (Wang et al. 2016, equation 9).
 * @param value `[B, 1]` or `[B, 1, N]` @param advantage `[B, A]` or `[B, A, N]` @returns as `advantage`
 */
export function duelingQ(value: tf.Tensor, advantage: tf.Tensor): tf.Tensor {
  return tf.add(value, tf.sub(advantage, tf.mean(advantage, 1, true)));
}

/** The legal action of the largest value, as environments take it: `[B, A]` → `[B]`. @param mask `[B, A]`, 1 = legal */
export function bestAction(values: tf.Tensor, { firstAction = 0 }: ActionRange, mask?: tf.Tensor): tf.Tensor {
  return offsetBy(tf.argMax(maskValues(values, mask), 1), firstAction);
}

/** The policy that is greedy in the values of a network, without noise. @param values of outputs: `[B, A, …]` → `[B, A]` */
export function greedyPolicy(network: QNetwork, values: (output: tf.Tensor) => tf.Tensor = output => output): PolicyNetwork {
  return {
    layout: network.layout,
    act: (params, obs, mask) => bestAction(values(network.apply(params, obs)), network, mask),
  };
}
