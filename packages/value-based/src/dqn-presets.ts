import type { Preset } from '@zpin/core';
import type { C51Config } from './c51.ts';
import type { DoubleDqnConfig } from './double-dqn.ts';
import type { DqnConfig } from './dqn.ts';
import type { DuelingDqnConfig } from './dueling-dqn.ts';
import type { IqnConfig } from './iqn.ts';
import type { MunchausenDqnConfig } from './munchausen-dqn.ts';
import type { NeuralQLearningConfig } from './neural-q-learning.ts';
import type { NoisyDqnConfig } from './noisy-dqn.ts';
import type { PrioritizedDqnConfig } from './prioritized-dqn.ts';
import type { QrDqnConfig } from './qr-dqn.ts';
import type { RainbowConfig } from './rainbow.ts';

/** Settings tuned for an environment, by environment; `benchmarks/results/learning.md` has what each came to. */
type Presets<Config> = Readonly<Record<string, Preset<Config>>>;

// ---- CartPole-v1 ----

// One update per step towards a target that stays for 250: rounds of many updates towards a fresh target learn as fast, but
// end in a policy that drifts off the track for four seeds in five. The falling step size lets the last policy settle.
const cartPole = {
  learningRate: { type: 'linear', from: 5e-4, to: 0 },
  batchSize: 64,
  bufferSize: 100_000,
  learningStarts: 1000,
  gamma: 0.99,
  targetUpdateEverySteps: 250,
  trainEverySteps: 1,
  gradientSteps: 1,
  // With three rewards in each target, which not all papers have, values spread over the long episodes before the step size has fallen: with
  // one, every fifth seed ends below the threshold.
  nSteps: 3,
} as const;
const small = { hiddenSizes: [128, 128] };
const large = { hiddenSizes: [256, 256] };
const greedyInTheEnd = { explorationFraction: 0.16, epsilonEnd: 0.04 };
/** Networks whose noise, two streams or distribution take more updates to settle than one per step. */
const twice = { gradientSteps: 2 };
/** A pole that stays up for ever is worth 1 / (1 − γ) = 100. */
const cartPoleAtoms = { numAtoms: 51, valueMin: 0, valueMax: 100 };
/** Less than the first noise of the papers, which is made for millions of frames: it has to fade within a short run. */
const quietNoise = { noiseScale: 0.1 };

// ---- MountainCar-v0 ----

// Every reward is −1, so the first values of 0 make the agent try what it has not tried: few random actions are needed, and many updates, to
// carry the flag's news back over a hundred steps.
const mountainCar = {
  learningRate: { type: 'linear', from: 4e-3, to: 0 },
  batchSize: 128,
  bufferSize: 10_000,
  learningStarts: 1000,
  gamma: 0.98,
  targetUpdateEverySteps: 600,
  trainEverySteps: 16,
  gradientSteps: 8,
  epsilonStart: 0.2,
  explorationFraction: 0.2,
  epsilonEnd: 0.07,
  ...large,
} as const;

// ---- Acrobot-v1 ----

const acrobot = {
  learningRate: { type: 'linear', from: 1e-3, to: 0 },
  batchSize: 64,
  bufferSize: 100_000,
  learningStarts: 1000,
  gamma: 0.99,
  targetUpdateEverySteps: 500,
  trainEverySteps: 4,
  gradientSteps: 1,
  ...small,
} as const;
const acrobotGreedy = { explorationFraction: 0.2, epsilonEnd: 0.05 };
/** Nothing is worth less than an episode that never ends: −1 / (1 − γ) = −100. */
const minusAtoms = { numAtoms: 51, valueMin: -100, valueMax: 0 };

// ---- BitFlip-v0 ----

/** 15 bits and hindsight: without it, no episode in a thousand ever sees the goal. */
const bitFlip: Preset<DqnConfig> = {
  totalSteps: 20_000,
  her: 'future:4',
  envOptions: { bits: 15 },
  config: {
    learningRate: 1e-3,
    batchSize: 128,
    gamma: 0.98,
    targetUpdateEverySteps: 500,
    trainEverySteps: 1,
    explorationFraction: 0.5,
    hiddenSizes: [256],
  },
};

// ---- LunarLander-v3 ----

const lunarLander = {
  learningRate: { type: 'linear', from: 1e-3, to: 0 },
  batchSize: 64,
  bufferSize: 200_000,
  learningStarts: 2000,
  gamma: 0.99,
  targetUpdateEverySteps: 500,
  trainEverySteps: 1,
  gradientSteps: 1,
  nSteps: 3,
  ...large,
} as const;
const landerGreedy = { explorationFraction: 0.3, epsilonEnd: 0.02 };
/** Discounted returns from a crash to a soft landing. */
const landerAtoms = { numAtoms: 51, valueMin: -200, valueMax: 300 };

// ---- MinAtar/Breakout-v1 ----

const breakout = {
  learningRate: { type: 'linear', from: 5e-4, to: 0 },
  batchSize: 32,
  bufferSize: 100_000,
  learningStarts: 5000,
  gamma: 0.99,
  targetUpdateEverySteps: 1000,
  trainEverySteps: 2,
  gradientSteps: 1,
  nSteps: 3,
  double: true,
  explorationFraction: 0.1,
  epsilonEnd: 0.02,
  hiddenSizes: [128],
} as const;

const onCartPole = <Config>(config: Partial<Config>): Preset<Config> => ({ totalSteps: 50_000, config });
const onMountainCar = <Config>(config: Partial<Config>): Preset<Config> => ({ totalSteps: 120_000, config });
const onAcrobot = <Config>(config: Partial<Config>): Preset<Config> => ({ totalSteps: 100_000, config });
const onLunarLander = <Config>(config: Partial<Config>): Preset<Config> => ({ totalSteps: 200_000, config });

export const dqnPresets: Presets<DqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...large }),
  'MountainCar-v0': onMountainCar({ ...mountainCar }),
  'Acrobot-v1': onAcrobot({ ...acrobot, ...acrobotGreedy }),
  'BitFlip-v0': bitFlip,
  'MinAtar/Breakout-v1': { totalSteps: 1_000_000, config: { ...breakout, hiddenSizes: [...breakout.hiddenSizes] } },
};

export const doubleDqnPresets: Presets<DoubleDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small }),
  'Acrobot-v1': onAcrobot({ ...acrobot, ...acrobotGreedy }),
};

export const duelingDqnPresets: Presets<DuelingDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...large }),
};

export const duelingDoubleDqnPresets: Presets<DuelingDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small, ...twice }),
  'LunarLander-v3': onLunarLander({ ...lunarLander, ...landerGreedy }),
};

export const prioritizedDqnPresets: Presets<PrioritizedDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small }),
};

export const noisyDqnPresets: Presets<NoisyDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...small, ...twice, ...quietNoise, double: true }),
};

export const c51Presets: Presets<C51Config> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small, ...cartPoleAtoms }),
};

export const qrDqnPresets: Presets<QrDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small, ...twice, double: true, numQuantiles: 10 }),
  'MountainCar-v0': onMountainCar({ ...mountainCar, nSteps: 3, numQuantiles: 10 }),
  'Acrobot-v1': onAcrobot({ ...acrobot, ...acrobotGreedy, numQuantiles: 25 }),
};

export const iqnPresets: Presets<IqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small }),
};

export const munchausenDqnPresets: Presets<MunchausenDqnConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...greedyInTheEnd, ...small }),
};

/** One weight per state and action on these, so what suits a table suits the network. */
export const neuralQLearningPresets: Presets<NeuralQLearningConfig> = {
  'GridWorld-v0': { totalSteps: 20_000, config: { learningRate: 0.5, gamma: 0.9 } },
  'Maze-v0': { totalSteps: 20_000, config: { learningRate: 0.5, gamma: 0.9 } },
  'CliffWalking-v1': { totalSteps: 50_000, config: { learningRate: 0.5, epsilonStart: 0, epsilonEnd: 0 } },
};

export const rainbowPresets: Presets<RainbowConfig> = {
  'CartPole-v1': onCartPole({ ...cartPole, ...small, ...quietNoise, ...cartPoleAtoms }),
  'MountainCar-v0': onMountainCar({
    ...mountainCar,
    learningRate: { type: 'linear', from: 1e-3, to: 0 },
    // Noisy weights found the flag late or never in six trials, and came to the threshold in none.
    noisy: false,
    // Returns lie in [-50, 0]. Atoms up to 50 make the first, even distribution promise 0: hope, which drives the exploration of DQN too.
    ...{ numAtoms: 51, valueMin: -50, valueMax: 50 },
  }),
  'Acrobot-v1': onAcrobot({ ...acrobot, ...minusAtoms }),
  'LunarLander-v3': onLunarLander({ ...lunarLander, ...small, ...landerAtoms }),
};
