import type { Preset } from '@zpin/core';

// One update per step towards a target that stays for 250: rounds of many updates towards a fresh target learn as fast, but
// end in a policy that drifts off the track for four seeds in five. The falling step size lets the last policy settle.
const common = {
  learningRate: { type: 'linear', from: 5e-4, to: 0 },
  batchSize: 64,
  bufferSize: 100_000,
  learningStarts: 1000,
  gamma: 0.99,
  targetUpdateEverySteps: 250,
  trainEverySteps: 1,
  gradientSteps: 1,
  // With three rewards in each target, which not all papers have, values spread over the long episodes before the step size has
  // fallen: with one, every fifth seed ends below the threshold.
  nSteps: 3,
  hiddenSizes: [128, 128],
} as const;
const large = { hiddenSizes: [256, 256] } as const;
const greedyInTheEnd = { explorationFraction: 0.16, epsilonEnd: 0.04 } as const;
/** Quantiles take more updates to settle than one per step. */
const twice = { gradientSteps: 2 } as const;
/** A pole that stays up for ever is worth 1 / (1 − γ) = 100. */
const atoms = { numAtoms: 51, valueMin: 0, valueMax: 100 } as const;
/**
 * Returns hardly spread here, but 64 cosines of random first weights spread them over the fractions by 6 of 100, and targets of 8
 * quantiles carry that noise, which hides what an action is worth. Quantiles also learn slowly where they spread by more than kappa:
 * the slope of their loss is then a sign. So: few cosines, wide layers, longer steps, and twice as many.
 */
const drawnQuantiles = { ...large, embeddingSize: 8, learningRate: { type: 'linear', from: 1e-3, to: 0 } } as const;
/** Less than the first noise of the papers, which is made for millions of frames: it has to fade within a short run. */
const quietNoise = { noiseScale: 0.1 } as const;
/** Where noise alone explores values without a distribution, it must not fade so soon that the other action is forgotten. */
const audibleNoise = { noiseScale: 0.3 } as const;
const totalSteps = 50_000;

/** Settings tuned for CartPole-v1, by algorithm; `benchmarks/results/learning.md` has what each came to. */
export const cartPole = {
  dqn: { totalSteps, config: { ...common, ...greedyInTheEnd, ...large } },
  doubleDqn: { totalSteps, config: { ...common, ...greedyInTheEnd } },
  duelingDqn: { totalSteps, config: { ...common, ...greedyInTheEnd, ...large } },
  // With three rewards in each target, one seed in ten balances for half of the run, drifts off the track, and does not learn it again:
  // so here and for Rainbow, which fails likewise, six.
  duelingDoubleDqn: { totalSteps, config: { ...common, ...greedyInTheEnd, ...large, nSteps: 6 } },
  // Rare samples come again and again: with half of the batch one seed in five ends below the threshold.
  prioritizedDqn: { totalSteps, config: { ...common, ...greedyInTheEnd, batchSize: 128 } },
  noisyDqn: { totalSteps, config: { ...common, ...audibleNoise, double: true } },
  c51: { totalSteps, config: { ...common, ...greedyInTheEnd, ...atoms } },
  qrDqn: { totalSteps, config: { ...common, ...greedyInTheEnd, ...twice, ...large, double: true, numQuantiles: 10 } },
  iqn: { totalSteps: 2 * totalSteps, config: { ...common, ...greedyInTheEnd, ...drawnQuantiles } },
  munchausenDqn: { totalSteps, config: { ...common, ...greedyInTheEnd, ...large } },
  rainbow: { totalSteps, config: { ...common, ...large, ...quietNoise, ...atoms, nSteps: 6 } },
} as const satisfies Readonly<Record<string, Preset>>;
