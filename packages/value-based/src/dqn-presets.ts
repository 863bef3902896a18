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
// end in a policy that drifts off the track for one seed in two. The falling step size lets the last policy settle.
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

const greedyInTheEnd = { explorationFraction: 0.16, epsilonEnd: 0.04 };
/** A pole that stays up for ever is worth 1 / (1 − γ) = 100. */
const cartPoleAtoms = { numAtoms: 51, valueMin: 0, valueMax: 100 };

export const dqnPresets: Presets<DqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, hiddenSizes: [256, 256] } },
};

export const doubleDqnPresets: Presets<DoubleDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, hiddenSizes: [128, 128] } },
};

export const duelingDqnPresets: Presets<DuelingDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, hiddenSizes: [128, 128] } },
};

export const prioritizedDqnPresets: Presets<PrioritizedDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, hiddenSizes: [128, 128] } },
};

export const noisyDqnPresets: Presets<NoisyDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, hiddenSizes: [128, 128] } },
};

export const c51Presets: Presets<C51Config> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, ...cartPoleAtoms, hiddenSizes: [128, 128] } },
};

export const qrDqnPresets: Presets<QrDqnConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...greedyInTheEnd, numQuantiles: 25, hiddenSizes: [128, 128] } },
};

export const rainbowPresets: Presets<RainbowConfig> = {
  'CartPole-v1': { totalSteps: 50_000, config: { ...cartPole, ...cartPoleAtoms, hiddenSizes: [128, 128] } },
};
