import type { Preset } from '@zpin/core';

/** A pole and a cart in 1,280 states; the bins lie close together where the pole is upright. */
const cartPole = {
  totalSteps: 2_000_000,
  envOptions: { wrappers: ['discretize-observation:4,4,10,8:-2.4,-3,-0.21,-3:2.4,3,0.21,3'] },
} as const;
const cartPoleConfig = {
  learningRate: { type: 'linear', from: 0.3, to: 0 },
  gamma: 0.99,
  epsilonEnd: 0.01,
  explorationFraction: 0.7,
} as const;

/**
 * The lander in 60,000 states, after the eight numbers that it sees: bins lie over where it flies, falls and tilts, one of the
 * middle around 0, and both legs are on the ground or not.
 */
const lunarLander = {
  totalSteps: 1_000_000,
  envOptions: {
    wrappers: ['discretize-observation:5,4,5,6,5,5,2,2:-0.5,-0.1,-0.6,-0.8,-0.5,-0.6,0,0:0.5,1.5,0.6,0.2,0.5,0.6,1,1'],
  },
} as const;

/** Settings with which the one-step tabular algorithms reach the threshold of an environment. */
export const tabularPresets = {
  // The ice is slippery: only a step size that falls to 0 averages enough outcomes to rank actions that differ by a hundredth.
  'FrozenLake-v1': {
    totalSteps: 500_000,
    config: {
      learningRate: { type: 'linear', from: 0.2, to: 0 },
      gamma: 0.99,
      explorationFraction: 1,
      epsilonEnd: 0,
    },
  },
  // All rewards are negative, so the first value of 0 makes a greedy agent try everything. With random actions SARSA would learn
  // a safer way.
  'CliffWalking-v1': {
    totalSteps: 100_000,
    config: { learningRate: 0.5, gamma: 0.99, epsilonStart: 0, epsilonEnd: 0 },
  },
  'Taxi-v4': {
    totalSteps: 500_000,
    config: { learningRate: 0.3, gamma: 0.99, epsilonEnd: 0, explorationFraction: 0.8 },
  },
  'CartPole-v1': { ...cartPole, config: cartPoleConfig },
} as const satisfies Readonly<Record<string, Preset>>;

/** Those, and a landing that bins are too coarse for to be soft each time. */
export const qLearningPresets = {
  ...tabularPresets,
  'LunarLander-v3': {
    ...lunarLander,
    config: {
      learningRate: { type: 'linear', from: 0.2, to: 0 },
      gamma: 0.99,
      epsilonEnd: 0.02,
      explorationFraction: 0.5,
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;

/** The same for SARSA(λ), whose traces make every step count more often. */
export const sarsaLambdaPresets = {
  'FrozenLake-v1': {
    totalSteps: 500_000,
    config: {
      learningRate: { type: 'linear', from: 0.1, to: 0 },
      gamma: 0.99,
      explorationFraction: 1,
      epsilonEnd: 0,
      lambda: 0.5,
    },
  },
  'CliffWalking-v1': {
    totalSteps: 100_000,
    config: { learningRate: 0.5, gamma: 0.99, epsilonStart: 0, epsilonEnd: 0, lambda: 0.5, ties: 'first' },
  },
  'Taxi-v4': {
    totalSteps: 500_000,
    config: { learningRate: 0.2, gamma: 0.99, epsilonEnd: 0, explorationFraction: 0.8, lambda: 0.5 },
  },
  'CartPole-v1': { ...cartPole, config: { ...cartPoleConfig, lambda: 0.9 } },
} as const satisfies Readonly<Record<string, Preset>>;
