import type * as tf from '@tensorflow/tfjs-core';
import { type Activation, activate } from './activation.ts';
import { dense } from './dense.ts';
import type { Initialization } from './initializers.ts';
import { layerNorm } from './layer-norm.ts';
import { combine, type FeatureNetwork, followedBy, type Network } from './network.ts';

export interface MlpFeaturesOptions {
  readonly inputSize: number;
  /** Units of each hidden layer; may be empty. */
  readonly hiddenSizes: readonly number[];
  /** Behind each hidden layer; `tanh` when omitted. */
  readonly activation?: Activation;
  /** Normalises each hidden layer before its activation; off when omitted. */
  readonly layerNorm?: boolean;
  /** `orthogonal` when omitted. */
  readonly initialization?: Initialization;
  /** Factor on the first weights of the hidden layers; √2 for `orthogonal`, else 1, when omitted. */
  readonly hiddenGain?: number;
}

export interface MlpOptions extends MlpFeaturesOptions {
  readonly outputSize: number;
  /** Behind the last layer; `linear` when omitted. */
  readonly outputActivation?: Activation;
  /** Factor on the first weights of the last layer; 1 when omitted. A small one makes first policies near uniform. */
  readonly outputGain?: number;
}

/**
 * Multi-layer perceptron, `[B, inputSize]` → `[B, outputSize]`. Parameters: `hidden0/weight`, `hidden0/bias`, (`norm0/…`),
 * `hidden1/…`, and `output/weight`, `output/bias`.
 */
export function mlp(options: MlpOptions): Network {
  const { outputSize, outputActivation = 'linear', initialization = 'orthogonal', outputGain = 1 } = options;
  const hidden = mlpFeatures(options);
  const output = dense({ inputSize: hidden.outputSize, outputSize, initialization, gain: outputGain });
  const apply: Network['apply'] = (params, x) => activate(outputActivation, output.apply(params, x));
  return followedBy(hidden, 'output', { ...output, apply });
}

/** The hidden layers of `mlp`: `[B, inputSize]` → `[B, units of the last]`. Without any, what comes in goes out. */
export function mlpFeatures(options: MlpFeaturesOptions): FeatureNetwork {
  const { inputSize, hiddenSizes, activation = 'tanh', initialization = 'orthogonal' } = options;
  const gain = options.hiddenGain ?? (initialization === 'orthogonal' ? Math.SQRT2 : 1);
  const layers: Record<string, Network> = {};
  let size = inputSize;
  for (const [i, units] of hiddenSizes.entries()) {
    layers[`hidden${i}`] = dense({ inputSize: size, outputSize: units, initialization, gain });
    if (options.layerNorm) layers[`norm${i}`] = layerNorm(units);
    size = units;
  }
  const { layout, init, parts } = combine(layers);
  return {
    layout,
    init,
    outputSize: size,
    apply(params, x) {
      let activity: tf.Tensor = x;
      for (const i of hiddenSizes.keys()) {
        activity = parts[`hidden${i}`].apply(params, activity);
        if (options.layerNorm) activity = parts[`norm${i}`].apply(params, activity);
        activity = activate(activation, activity);
      }
      return activity;
    },
  };
}
