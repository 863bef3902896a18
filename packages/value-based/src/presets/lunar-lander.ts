import type { Preset } from '@zpin/core';

const common = { gamma: 0.99, targetUpdateEverySteps: 500, gradientSteps: 1, nSteps: 3, hiddenSizes: [128, 128] } as const;
const often = {
  learningRate: { type: 'linear', from: 7e-4, to: 0 },
  batchSize: 128,
  bufferSize: 200_000,
  learningStarts: 1000,
  trainEverySteps: 2,
} as const;
const single = {
  ...often,
  // 75,000 steps: greedy before it has seen many landings, it hovers for good.
  explorationFraction: 0.3,
  epsilonEnd: 0.02,
  loss: 'mse',
} as const;
/** Discounted returns from a crash to a soft landing, with air on both sides, of a twentieth of the reward. */
const atoms = { numAtoms: 51, valueMin: -15, valueMax: 15 } as const;
/**
 * A lander at rest looks the same in each step until, after half a second, one pays 100 and ends the episode; few steps above the
 * ground end in a crash, at −100. Of errors beyond 1 the Huber loss sees the sign alone, so what is rare and large counts for next
 * to nothing: landers hover, or fire, until the time is up. The squared error of a twentieth of the reward sees it whole.
 */
const envOptions = { wrappers: ['scale-reward:0.05'] } as const;
const totalSteps = 250_000;

/** Settings tuned for LunarLander-v3, by algorithm; `benchmarks/results/learning.md` has what each came to. */
export const lunarLander = {
  dqn: { totalSteps, envOptions, config: { ...common, ...single } },
  // After 250,000 steps three of twenty seeds still stand at 175 to 190, their step size spent.
  doubleDqn: { totalSteps: 400_000, envOptions, config: { ...common, ...single, explorationFraction: 0.2 } },
  duelingDoubleDqn: { totalSteps, envOptions, config: { ...common, ...single } },
  rainbow: { totalSteps, envOptions, config: { ...common, ...often, learningStarts: 2000, ...atoms } },
} as const satisfies Readonly<Record<string, Preset>>;
