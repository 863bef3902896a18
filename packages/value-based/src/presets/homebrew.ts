import type { Preset } from '@zpin/core';

/** The network of Mnih et al. 2015 on the view of the papers. A ball is paid for within a second or two, so a short horizon will do. */
const common = {
  // Falls, so that the last policy settles.
  learningRate: { type: 'linear', from: 5e-4, to: 0 },
  batchSize: 32,
  bufferSize: 50_000,
  learningStarts: 1000,
  gamma: 0.95,
  targetUpdateEverySteps: 500,
  trainEverySteps: 4,
  gradientSteps: 1,
  // A ball falls for 14 steps before it pays.
  nSteps: 3,
  hiddenSizes: [512],
} as const;
const randomAtFirst = { explorationFraction: 0.3, epsilonEnd: 0.02 } as const;
/** 512 units in each of two streams. */
const twoStreams = { hiddenSizes: [1024] } as const;
/** A ball in 14 steps, each worth 1 or -1, comes to 2 at most. */
const atomsOfCatch = { numAtoms: 51, valueMin: -3, valueMax: 3 } as const;
/** Less noise than the papers', which is made for millions of frames: it has to fade within a short run. */
const noise = { noiseScale: 0.1, noisyLayers: 'last', priorityExponent: 0.5, priorityWeight: 0.4 } as const;

const caught = { totalSteps: 24_000, envOptions: { wrappers: ['atari'] } } as const;

/** Settings for Atari/Catch-v5, by algorithm; `benchmarks/results/learning.md` has what those that were measured came to. */
export const catchBalls = {
  dqn: { ...caught, config: { ...common, ...randomAtFirst } },
  doubleDqn: { ...caught, config: { ...common, ...randomAtFirst } },
  duelingDoubleDqn: { ...caught, config: { ...common, ...randomAtFirst, ...twoStreams } },
  c51: { ...caught, config: { ...common, ...randomAtFirst, ...atomsOfCatch } },
  rainbow: { ...caught, config: { ...common, ...noise, ...twoStreams, ...atomsOfCatch } },
} as const satisfies Readonly<Record<string, Preset>>;

/** A ball that comes back pays a brick after 14 to 18 steps more, and is lost or returned as much later. */
const commonOfBricks = { ...common, bufferSize: 100_000, learningStarts: 2000, gamma: 0.98, nSteps: 5 } as const;
const randomAtFirstOfBricks = { explorationFraction: 0.2, epsilonEnd: 0.02 } as const;
const atomsOfBricks = { numAtoms: 51, valueMin: -2, valueMax: 10 } as const;

const broken = {
  totalSteps: 220_000,
  // A lost ball costs 1, since what it costs else lies far ahead.
  envOptions: { wrappers: ['atari', 'episodic-life', 'terminal-reward:-1'] },
} as const;

/** Settings for Atari/Bricks-v5, by algorithm, from those of Catch. */
export const breakBricks = {
  dqn: { ...broken, config: { ...commonOfBricks, ...randomAtFirstOfBricks } },
  doubleDqn: { ...broken, config: { ...commonOfBricks, ...randomAtFirstOfBricks } },
  duelingDoubleDqn: { ...broken, config: { ...commonOfBricks, ...randomAtFirstOfBricks, ...twoStreams } },
  c51: { ...broken, config: { ...commonOfBricks, ...randomAtFirstOfBricks, ...atomsOfBricks } },
  rainbow: { ...broken, config: { ...commonOfBricks, ...noise, ...twoStreams, ...atomsOfBricks } },
} as const satisfies Readonly<Record<string, Preset>>;
