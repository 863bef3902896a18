import type { Preset } from '@zpin/core';

/** One weight per state and action on these, so what suits a table suits the network. */
export const neuralQLearningPresets = {
  'GridWorld-v0': { totalSteps: 20_000, config: { learningRate: 0.5, gamma: 0.9 } },
  'Maze-v0': { totalSteps: 20_000, config: { learningRate: 0.5, gamma: 0.9 } },
  'CliffWalking-v1': { totalSteps: 50_000, config: { learningRate: 0.5, epsilonStart: 0, epsilonEnd: 0 } },
} as const satisfies Readonly<Record<string, Preset>>;
