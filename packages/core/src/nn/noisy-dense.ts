import { type DenseOptions, dense } from './dense.ts';
import { type NoisyNetwork, noisyNetwork } from './noisy-network.ts';

export interface NoisyDenseOptions extends DenseOptions {
  /** σ₀: first size of the noise, in units of 1/√inputSize; 0.5 when omitted. */
  readonly noiseScale?: number;
}

/**
 * Linear layer with factorised Gaussian noise on its parameters: `noisyNetwork` of `dense`.
 *
 * `[B, inputSize]` → `[B, outputSize]`. Parameters: `weight` and `weightNoise` `[inputSize, outputSize]`, `bias` and `biasNoise`
 * `[outputSize]`. W and b begin uniform in ±1/√inputSize, as in the paper, when `initialization` is omitted; σ at σ₀/√inputSize.
 */
export function noisyDense({ noiseScale = 0.5, ...options }: NoisyDenseOptions): NoisyNetwork {
  return noisyNetwork(dense(options), noiseScale);
}
