/**
 * NoisyNet-DQN: exploration by noise in the parameters, whose size is learned, in place of ε.
 *
 * Fortunato et al. (2018), "Noisy networks for exploration", arXiv:1706.10295, algorithm 1 with factorised noise.
 *
 *   paper        here
 *   μ, σ         `weight`, `bias`; `weightNoise`, `biasNoise` of the noisy layer
 *   σ₀           noiseScale
 *   ε, ε′        noise of the online and of the target network, drawn anew for each action and each update
 *
 * Deviations from the paper:
 * 1. Only the last layer is noisy when `noisyLayers` is left at `last`; `all` is the paper's.
 * 2. Before `learningStarts` actions are random. Evaluation is without noise.
 * 3. Those of `dqn`, whose target and loss it uses.
 */
import { type ConfigOf, configSchema } from '@zpin/core';
import { valueUpdate } from './dqn.ts';
import { cartPole } from './presets/cart-pole.ts';
import { qAlgorithm } from './q-learner/q-algorithm.ts';
import { noisyFields, valueFields } from './q-learner/q-fields.ts';
import { qNetwork } from './q-learner/q-network.ts';

// ---- configuration ----

export const noisyDqnConfig = configSchema({ ...valueFields, ...noisyFields });

export type NoisyDqnConfig = ConfigOf<typeof noisyDqnConfig>;

// ---- algorithm ----

/** DQN with noisy networks, for discrete actions. */
export const noisyDqn = qAlgorithm<NoisyDqnConfig>({
  id: 'noisy-dqn',
  title: 'DQN with noisy networks',
  paper: 'Fortunato et al. 2018, "Noisy networks for exploration", arXiv:1706.10295',
  network: options => {
    const { noiseScale, noisyLayers } = options.config;
    return qNetwork({ ...options, noiseScale, noisyLayers });
  },
  update: valueUpdate,
  config: noisyDqnConfig,
  presets: { 'CartPole-v1': cartPole.noisyDqn },
});
