import { box, discrete, type EnvSpec, type TransitionBatch } from '@zpin/contracts';

/** Two numbers to see, three actions to take. */
export const twoNumbers: EnvSpec = {
  id: 'Two-v0',
  observationSpace: box({ low: -1, high: 1, shape: [2] }),
  actionSpace: discrete(3),
  maxEpisodeSteps: null,
  rewardThreshold: null,
};

/** A transition that goes on, with action 0, and one that ends, with action 2. */
export const twoTransitions: TransitionBatch = {
  size: 2,
  obs: Float32Array.of(0.1, 0.2, 0.3, -0.4),
  action: Int32Array.of(0, 2),
  reward: Float32Array.of(1, -1),
  nextObs: Float32Array.of(0.5, 0.6, -0.7, 0.8),
  discount: Float32Array.of(0.9, 0),
};
