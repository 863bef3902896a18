/**
 * Rainbow: six improvements of DQN in one agent.
 *
 * Hessel et al. (2018), "Rainbow: combining improvements in deep reinforcement learning", arXiv:1710.02298.
 *
 *   improvement            here
 *   double Q-learning      the online network chooses the next action: `categoricalUpdate` with `double`
 *   prioritized replay     priorityExponent (ω), priorityWeight (β); the priority is the KL divergence of the loss
 *   dueling networks       streams of value and advantage, `duelingQ` on the logits of each atom
 *   multi-step returns     nSteps (n)
 *   distributional RL      numAtoms, valueMin, valueMax: losses of `c51`
 *   noisy networks         noiseScale (σ₀), in place of ε
 *
 * Deviations from the paper:
 * 1. The streams are the last linear layers alone, and only these are noisy.
 * 2. Those of `c51`.
 */
import { type Algorithm, type CreateOptions, count, type PolicyOptions, parseConfig } from '@zpin/core';
import { z } from 'zod';
import { atomsOf, categoricalUpdate, categoricalValues } from './c51.ts';
import { rainbowPresets } from './dqn-presets.ts';
import { qAgent, trainQAgent } from './q-agent.ts';
import { atomFields, noisyFields, priorityFields, qFields } from './q-config.ts';
import { greedyPolicy, qNetwork } from './q-network.ts';

// ---- configuration ----

export const rainbowConfig = z.strictObject({
  ...qFields,
  ...noisyFields,
  ...atomFields,
  ...priorityFields,
  nSteps: count({ default: 3, unit: 'environment steps', meaning: 'rewards summed before the target bootstraps (n)' }),
});

export type RainbowConfig = z.output<typeof rainbowConfig>;

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<RainbowConfig>) => {
  const { numAtoms, noiseScale } = config;
  return qNetwork({ spec, config, algorithm: 'rainbow', outputs: numAtoms, isDueling: true, noiseScale });
};

/** Builds a Rainbow agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<RainbowConfig>) {
  const config = parseConfig(rainbowConfig, options.config, 'rainbow');
  const update = categoricalUpdate(atomsOf(config, 'rainbow'), { double: true });
  return qAgent(options, { algorithm: 'rainbow', config, network: networkOf({ ...options, config }), ...update });
}

/** Rainbow, for discrete actions. */
export const rainbow: Algorithm<RainbowConfig> = {
  id: 'rainbow',
  title: 'Rainbow (double, prioritized, dueling, n-step, categorical, noisy)',
  paper: 'Hessel et al. 2018, "Rainbow: combining improvements in deep reinforcement learning", arXiv:1710.02298',
  config: rainbowConfig,
  presets: rainbowPresets,
  create,
  policy: options => greedyPolicy(networkOf(options), logits => categoricalValues(logits, atomsOf(options.config, 'rainbow'))),
  train: trainQAgent,
};
