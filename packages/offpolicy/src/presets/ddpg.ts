import type { Preset } from '@zpin/core';

/**
 * For goals in hindsight, after Andrychowicz et al. 2017, appendix A. From there: step sizes, γ, capacity of the replay memory,
 * targets in [−1 / (1 − γ), 0], normalised observations in [−5, 5]. As in OpenAI Baselines' code instead: noise of 0.2 and 30 %
 * random actions (paper: 0.1, counted in half widths, and 20 %), batches of 256 (128), the penalty on the action itself (on what
 * goes into its tanh). As in neither: targets that follow by 0.05 at every update (once per 40), two hidden layers (three),
 * uniform actions at first, one process with 1 or 4 copies of the environment (8 or 19 workers).
 */
const hindsight = {
  criticLearningRate: 1e-3,
  actorLearningRate: 1e-3,
  gamma: 0.98,
  tau: 0.05,
  noiseScale: 0.2,
  randomActionProbability: 0.3,
  actionPenalty: 1,
  // One step costs 1 until the goal is reached.
  valueMin: -50,
  valueMax: 0,
  normalizeObservations: true,
  observationClip: 5,
} as const;

const twoLinkArm = {
  criticLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
  actorLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
  // Shortsighted enough to take the 10 for a long grip: an agent that looks further lets go in time and grips again, for 1 per step.
  gamma: 0.85,
  learningStarts: 1000,
  noiseScale: { type: 'linear', from: 0.5, to: 0.1 },
  hiddenSizes: [64, 64],
} as const;

/** Hindsight for tasks with a thing on a table: all with the settings of the push. */
const onTheTable = {
  totalSteps: 1_000_000,
  her: 'future:4',
  config: { ...hindsight, numEnvs: 4, learningStarts: 2000, trainEverySteps: 100, gradientSteps: 40 },
} as const satisfies Preset;

/** Settings of DDPG tuned for an environment; `benchmarks/results/learning.md` has what each came to. */
export const ddpgPresets = {
  'FetchPush-v4': onTheTable,
  'FetchPickAndPlace-v4': onTheTable,
  'FetchSlide-v4': onTheTable,
  'FetchReach-v4': {
    totalSteps: 10_000,
    her: 'future:4',
    config: { ...hindsight, learningStarts: 500, hiddenSizes: [64, 64] },
  },
  'Hopper-v5': {
    totalSteps: 1_000_000,
    config: {
      batchSize: 128,
      // Steps and noise that fall to 0: a policy of a single critic is good now and then, and the last one should not be a draw.
      criticLearningRate: { type: 'linear', from: 1e-3, to: 0 },
      actorLearningRate: { type: 'linear', from: 3e-4, to: 0 },
      criticLayerNorm: true,
      learningStarts: 10_000,
      noiseScale: { type: 'linear', from: 0.2, to: 0 },
      // With one step, values of a single critic run ahead of the returns: 820 at most after 400,000 steps.
      nSteps: 3,
      hiddenSizes: [128, 128],
    },
  },
  'MountainCarContinuous-v0': {
    totalSteps: 100_000,
    // Noise that keeps its direction for about as long as a swing takes, 33 steps: alone it reaches the flag in nine of ten
    // episodes.
    config: { learningStarts: 0, noise: 'ornstein-uhlenbeck', ouTimeStep: 0.2, noiseScale: 0.5, hiddenSizes: [64, 64] },
  },
  'Pendulum-v1': {
    totalSteps: 20_000,
    config: {
      criticLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
      actorLearningRate: { type: 'linear', from: 1e-3, to: 1e-4 },
      gamma: 0.98,
      bufferSize: 200_000,
      learningStarts: 1000,
      noiseScale: 0.1,
      hiddenSizes: [64, 64],
    },
  },
  'TwoLinkArm-v0': { totalSteps: 30_000, config: twoLinkArm },
  'TwoLinkArmHard-v0': { totalSteps: 100_000, config: twoLinkArm },
} as const satisfies Readonly<Record<string, Preset>>;
