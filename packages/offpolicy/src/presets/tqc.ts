import type { Preset } from '@zpin/core';

/** Settings with which TQC reaches the threshold of an environment. */
export const tqcPresets = {
  'Pendulum-v1': { totalSteps: 20_000, config: { criticLearningRate: 1e-3, actorLearningRate: 1e-3, hiddenSizes: [64, 64] } },
} as const satisfies Readonly<Record<string, Preset>>;
