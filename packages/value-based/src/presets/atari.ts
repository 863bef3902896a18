import type { Preset } from '@zpin/core';

// Games without lives end once; of those with lives, each life is an episode of training. Around the picture, so that the game goes on
// behind a lost life as it will when the agent is judged.
const wrappers = ['atari', 'episodic-life'] as const;

/**
 * What the papers share (Mnih et al. 2015, extended data table 1). The million of frames takes 7 GB, as they come in; `bufferSize` is
 * what to lower where there is less.
 */
const papers = {
  batchSize: 32,
  bufferSize: 1_000_000,
  learningStarts: 50_000,
  gamma: 0.99,
  trainEverySteps: 4,
  gradientSteps: 1,
  // The norm is no matter of most papers: errors are clipped instead.
  maxGradientNorm: 1e6,
  hiddenSizes: [512],
} as const;
/** 50 million steps are the 200 million frames of the papers; randomness falls over the first million. */
const [totalSteps, explorationFraction] = [50_000_000, 0.02];
/** The papers sum over a minibatch what is a mean here: their least squared gradient, 0.01, is divided by 32². */
const centered = {
  learningRate: 2.5e-4,
  optimizer: 'centered-rmsprop',
  optimizerEpsilon: 0.01 / 32 ** 2,
  rmspropDecay: 0.95,
} as const;
/** Van Hasselt et al. 2016, appendix: settings tuned for Double DQN. */
const tunedForDouble = { targetUpdateEverySteps: 30_000, explorationFraction, epsilonEnd: 0.01 } as const;
const atoms = { numAtoms: 51, valueMin: -10, valueMax: 10 } as const;

const family = { totalSteps, envOptions: { wrappers } } as const;

/** Settings of the papers for all games on the Atari 2600 (`Atari/*`), by algorithm. */
export const atari = {
  dqn: {
    ...family,
    config: { ...papers, ...centered, targetUpdateEverySteps: 10_000, explorationFraction, epsilonEnd: 0.1 },
  },
  doubleDqn: { ...family, config: { ...papers, ...centered, ...tunedForDouble } },
  // Wang et al. 2016, section 4.2: shorter steps, a clipped gradient, and 512 units in each of two streams.
  duelingDoubleDqn: {
    ...family,
    config: { ...papers, ...centered, ...tunedForDouble, learningRate: 6.25e-5, maxGradientNorm: 10, hiddenSizes: [1024] },
  },
  // Bellemare et al. 2017, section 5.
  c51: {
    ...family,
    config: {
      ...papers,
      ...atoms,
      learningRate: 2.5e-4,
      optimizer: 'adam',
      optimizerEpsilon: 0.01 / 32,
      targetUpdateEverySteps: 10_000,
      explorationFraction,
      epsilonEnd: 0.01,
    },
  },
  // Hessel et al. 2018, table 1; 80,000 and 32,000 frames are 20,000 and 8,000 steps.
  rainbow: {
    ...family,
    config: {
      ...papers,
      ...atoms,
      learningStarts: 20_000,
      learningRate: 6.25e-5,
      optimizer: 'adam',
      optimizerEpsilon: 1.5e-4,
      targetUpdateEverySteps: 8000,
      nSteps: 3,
      noiseScale: 0.5,
      noisyLayers: 'all',
      priorityExponent: 0.5,
      priorityWeight: 0.4,
      maxGradientNorm: 10,
      hiddenSizes: [1024],
    },
  },
} as const satisfies Readonly<Record<string, Preset>>;

/**
 * Pong within some two hours of one core: twice as many updates per step as in the papers, three rewards in each target, and randomness
 * that is over after 54,000 steps, since 450,000 steps are less than one hundredth of the papers'.
 */
export const pong = {
  totalSteps: 450_000,
  envOptions: { wrappers: ['atari'] },
  config: {
    ...papers,
    // With three times as much, and an update per four steps, the network told no picture from another after 100,000 steps.
    learningRate: 1e-4,
    bufferSize: 100_000,
    learningStarts: 10_000,
    targetUpdateEverySteps: 1000,
    trainEverySteps: 2,
    explorationFraction: 0.12,
    epsilonEnd: 0.01,
    maxGradientNorm: 10,
    nSteps: 3,
  },
} as const satisfies Preset;

/**
 * Breakout in few steps, by what holds for bricks of our own (22 points a game): a ball that is lost costs 1, five rewards in each target, a
 * short horizon, and the network of 2013, whose updates take half the time.
 */
export const breakout = {
  totalSteps: 450_000,
  envOptions: { wrappers: [...wrappers, 'terminal-reward:-1'] },
  config: {
    batchSize: 32,
    bufferSize: 200_000,
    learningStarts: 10_000,
    learningRate: { type: 'linear', from: 2.5e-4, to: 0 },
    gamma: 0.98,
    nSteps: 5,
    targetUpdateEverySteps: 1000,
    trainEverySteps: 4,
    gradientSteps: 1,
    explorationFraction: 0.15,
    epsilonEnd: 0.01,
    convolutions: 'dqn-2013',
    hiddenSizes: [256],
  },
} as const satisfies Preset;
