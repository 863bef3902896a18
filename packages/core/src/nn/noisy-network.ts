import * as tf from '@tensorflow/tfjs-core';
import { constant, initialize } from './initializers.ts';
import { layout, type Params } from './layout.ts';
import { inOneVector, type Network } from './network.ts';

/** A network that may take noise beside its input. */
export interface NoisyNetwork extends Network<readonly [x: tf.Tensor, noise?: tf.Tensor]> {
  /** Standard normal numbers that one call takes: `noise` is `[noiseSize]`. */
  readonly noiseSize: number;
}

/** A fully connected layer of a network: x W + b. */
interface FullLayer {
  readonly weight: string;
  readonly bias: string;
  readonly inputSize: number;
  readonly outputSize: number;
}

/**
 * A network with factorised Gaussian noise on the parameters of its fully connected layers (Fortunato et al. 2018,
 * arXiv:1706.10295, equations 9 to 11):
 *
 *     y = x (W + σ_W ⊙ f(εᵢ) f(εⱼ)ᵀ) + b + σ_b ⊙ f(εⱼ)        f(ε) = sign(ε) √|ε|
 *
 * `noise` holds εᵢ `[inputs]`, then εⱼ `[outputs]` of one layer behind the other, the same for all rows; without it the network is
 * as it was. Behind the parameters of the network come, for each layer, `…/weightNoise` and `…/biasNoise`, which begin at
 * `noiseScale`/√inputs. Convolutions stay without noise, as in the paper.
 * @param noiseScale σ₀: first size of the noise, in units of 1/√inputs
 */
export function noisyNetwork<N extends Network>(network: N, noiseScale: number): Omit<N, keyof Network> & NoisyNetwork {
  const layers = fullLayers(network);
  const noises = layers.map(layer => {
    const own = layout([
      [`${layer.weight}Noise`, [layer.inputSize, layer.outputSize]],
      [`${layer.bias}Noise`, [layer.outputSize]],
    ]);
    const deviation = constant(noiseScale / Math.sqrt(layer.inputSize));
    const initializers = Object.fromEntries(own.entries.map(({ name }) => [name, deviation]));
    return { layout: own, init: (rng: Parameters<Network['init']>[0]) => initialize(own, initializers, rng) };
  });
  return {
    ...network,
    ...inOneVector(network, ...noises),
    noiseSize: layers.reduce((size, { inputSize, outputSize }) => size + inputSize + outputSize, 0),
    apply: (params: Params, x: tf.Tensor, noise?: tf.Tensor) =>
      network.apply(noise ? { ...params, ...shaken(layers, params, noise) } : params, x),
  };
}

/** Layers of a network whose weights are a matrix. */
function fullLayers({ layout }: Network): FullLayer[] {
  return layout.entries.flatMap(({ name, shape }) => {
    if (shape.length !== 2 || !/(^|\/)weight$/.test(name)) return [];
    return [{ weight: name, bias: name.replace(/weight$/, 'bias'), inputSize: shape[0], outputSize: shape[1] }];
  });
}

/** Weights and biases of layers with their noise. */
function shaken(layers: readonly FullLayer[], params: Params, noise: tf.Tensor): Params {
  const shaped = tf.mul(tf.sign(noise), tf.sqrt(tf.abs(noise)));
  const noisy: Record<string, tf.Tensor> = {};
  let begin = 0;
  for (const { weight, bias, inputSize, outputSize } of layers) {
    const into = tf.reshape(tf.slice(shaped, [begin], [inputSize]), [inputSize, 1]);
    const out = tf.slice(shaped, [begin + inputSize], [outputSize]);
    noisy[weight] = tf.add(params[weight], tf.mul(params[`${weight}Noise`], tf.mul(into, out)));
    noisy[bias] = tf.add(params[bias], tf.mul(params[`${bias}Noise`], out));
    begin += inputSize + outputSize;
  }
  return noisy;
}
