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
 *   noisy networks         noiseScale (σ₀), in place of ε, which explores where `noisy` is left out
 *
 * Each can be left out, as in the paper's ablations: by `double`, `priorityExponent` 0, `dueling`, `nSteps` 1, `distributional`,
 * `noisy`.
 *
 * Deviations from the paper:
 * 1. Of each stream only the last layer is noisy when `noisyLayers` is left at `last`; with `all` its hidden one is too, and so are
 *    those before it. The two hidden layers are halves of one, as in `dueling-dqn`.
 * 2. Those of `c51`.
 */
import { field } from '@zpin/contracts';
import {
  type ConfigOf,
  type CreateOptions,
  configSchema,
  type PolicyOptions,
  parseConfig,
  type ReplayAlgorithm,
} from '@zpin/core';
import { prioritiesOf, priorityFields } from '@zpin/replay';
import { atomsOf, categoricalUpdate } from './c51.ts';
import { valueUpdate } from './dqn.ts';
import { acrobot } from './presets/acrobot.ts';
import { atari } from './presets/atari.ts';
import { cartPole } from './presets/cart-pole.ts';
import { breakBricks, catchBalls } from './presets/homebrew.ts';
import { lunarLander } from './presets/lunar-lander.ts';
import { mountainCar } from './presets/mountain-car.ts';
import { qAgent, qRegime } from './q-learner/q-agent.ts';
import { atomFields, doubleField, epsilonFields, noisyFields, type QConfig, qFields } from './q-learner/q-fields.ts';
import type { QMethod } from './q-learner/q-method.ts';
import { greedyPolicy, qNetwork } from './q-learner/q-network.ts';

// ---- configuration ----

export const rainbowConfig = configSchema({
  ...qFields,
  ...atomFields,
  ...priorityFields,
  noiseScale: noisyFields.noiseScale,
  noisyLayers: noisyFields.noisyLayers,
  epsilonStart: field.probability({
    default: null,
    meaning: 'first probability of a random action; null: 0 with noise, 1 without',
  }),
  epsilonEnd: field.probability({
    default: null,
    meaning: 'last probability of a random action; null: 0 with noise, 0.05 without',
  }),
  double: doubleField(true),
  dueling: field.boolean({ default: true, meaning: 'whether the network has streams of value and advantage' }),
  distributional: field.boolean({
    default: true,
    meaning: 'whether the distribution of the return is learned, not its mean alone',
  }),
  noisy: field.boolean({ default: true, meaning: 'whether layers are noisy; without, explore by epsilon' }),
  nSteps: field.count({ default: 3, unit: 'environment steps', meaning: 'rewards summed before the target bootstraps (n)' }),
});

export type RainbowConfig = ConfigOf<typeof rainbowConfig>;

// ---- agent ----

const networkOf = ({ spec, config }: PolicyOptions<RainbowConfig>) => {
  const { numAtoms, distributional, dueling, noisy, noiseScale, noisyLayers } = config;
  const parts = { outputs: distributional ? numAtoms : 1, isDueling: dueling, ...(noisy && { noiseScale, noisyLayers }) };
  return qNetwork({ spec, config, algorithm: 'rainbow', ...parts });
};

const updateOf = (config: RainbowConfig): Pick<QMethod, 'values' | 'target' | 'loss'> =>
  config.distributional ? categoricalUpdate(atomsOf(config, 'rainbow'), config) : valueUpdate({ ...config, loss: 'huber' });

/** The settings with numbers for ε: noise explores in its place, and without noise it is DQN's. */
function withEpsilon(config: RainbowConfig): RainbowConfig & QConfig {
  const { epsilonStart, epsilonEnd } = config.noisy ? noisyFields : epsilonFields;
  return {
    ...config,
    epsilonStart: config.epsilonStart ?? epsilonStart.default,
    epsilonEnd: config.epsilonEnd ?? epsilonEnd.default,
  };
}

/** Builds a Rainbow agent. @throws SpaceError unless actions are `Discrete` */
function create(options: CreateOptions<RainbowConfig>) {
  const config = withEpsilon(parseConfig(rainbowConfig, options.config, 'rainbow'));
  const network = networkOf({ ...options, config });
  return qAgent(options, { algorithm: 'rainbow', config, network, isPrioritized: true, ...updateOf(config) });
}

/** Rainbow, for discrete actions. */
export const rainbow: ReplayAlgorithm<RainbowConfig> = {
  id: 'rainbow',
  title: 'Rainbow (double, prioritized, dueling, n-step, categorical, noisy)',
  paper: 'Hessel et al. 2018, "Rainbow: combining improvements in deep reinforcement learning", arXiv:1710.02298',
  ...qRegime<RainbowConfig>(prioritiesOf),
  config: rainbowConfig,
  presets: {
    'CartPole-v1': cartPole.rainbow,
    'MountainCar-v0': mountainCar.rainbow,
    'Acrobot-v1': acrobot.rainbow,
    'LunarLander-v3': lunarLander.rainbow,
    'Atari/Catch-v5': catchBalls.rainbow,
    'Atari/Bricks-v5': breakBricks.rainbow,
    'Atari/*': atari.rainbow,
  },
  create,
  policy: options => greedyPolicy(networkOf(options), updateOf(options.config).values),
};
