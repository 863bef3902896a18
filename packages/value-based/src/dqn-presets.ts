import type { Preset } from '@zpin/core';
import type { C51Config } from './c51.ts';
import type { DoubleDqnConfig } from './double-dqn.ts';
import type { DqnConfig } from './dqn.ts';
import type { DuelingDqnConfig } from './dueling-dqn.ts';
import type { NoisyDqnConfig } from './noisy-dqn.ts';
import type { PrioritizedDqnConfig } from './prioritized-dqn.ts';
import type { QrDqnConfig } from './qr-dqn.ts';
import type { RainbowConfig } from './rainbow.ts';

/** Settings with which an algorithm reaches the threshold of an environment, by environment. */
type Presets<Config> = Readonly<Record<string, Preset<Config>>>;

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
  hiddenSizes: [256, 256],
} as const;

// With three rewards in each target, values spread over the long episodes before the step size has fallen: with one, every fifth seed ends below
// the threshold.
const cartPoleThreeSteps = { ...cartPole, nSteps: 3, hiddenSizes: [128, 128] };

const greedyInTheEnd = { explorationFraction: 0.16, epsilonEnd: 0.04 };
/** A pole that stays up for ever is worth 1 / (1 − γ) = 100. */
const cartPoleAtoms = { numAtoms: 51, valueMin: 0, valueMax: 100 };

export const dqnPresets: Presets<DqnConfig> = {
  // 15 bits: without hindsight, no episode in a thousand ever sees the goal.
  'BitFlip-v0': {
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
  },
  // Three-step returns, which the paper does not have: with one step, one seed in ten ends below the threshold.
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, nSteps: 3, hiddenSizes: [256, 256] } },
};

export const doubleDqnPresets: Presets<DoubleDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps, ...greedyInTheEnd } },
};

export const duelingDqnPresets: Presets<DuelingDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps, ...greedyInTheEnd } },
};

export const prioritizedDqnPresets: Presets<PrioritizedDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps, ...greedyInTheEnd } },
};

export const noisyDqnPresets: Presets<NoisyDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps } },
};

export const c51Presets: Presets<C51Config> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps, ...greedyInTheEnd, ...cartPoleAtoms } },
};

export const qrDqnPresets: Presets<QrDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps, ...greedyInTheEnd, numQuantiles: 25 } },
};

export const rainbowPresets: Presets<RainbowConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPoleThreeSteps, ...cartPoleAtoms } },
};
