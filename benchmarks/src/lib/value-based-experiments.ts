import type { Arm, Experiment } from './experiment.ts';

/** Small networks and memories, as one uses them on Pendulum. */
const pendulum = {
  ...{ hiddenSizes: [64], learningRate: 1e-3, gamma: 0.9, batchSize: 32, bufferSize: 3000, learningStarts: 3000 },
  ...{ trainEverySteps: 1, targetUpdateEverySteps: 200, epsilonStart: 0.1, epsilonEnd: 0.1 },
};

/** Many torques and long steps: estimates with errors, of which a maximum takes the largest, and 50 steps ahead to add them up over. */
const farSighted = { ...pendulum, hiddenSizes: [32, 32], learningRate: 3e-3, gamma: 0.98 };

const mountainCar = {
  ...{ hiddenSizes: [64], learningRate: 1e-3, gamma: 0.99, batchSize: 32, bufferSize: 50_000, learningStarts: 1000 },
  ...{ trainEverySteps: 1, targetUpdateEverySteps: 500, epsilonStart: 0.1, epsilonEnd: 0.1 },
};

const gridWalk = { learningRate: 0.5, gamma: 1, epsilonStart: 0.1, epsilonEnd: 0.1, ties: 'first' };

// The support is the paper's: over [−1, 9] an even distribution promises 4 everywhere before anything is known.
const breakout = {
  ...{ hiddenSizes: [128], learningRate: 2.5e-4, batchSize: 32, bufferSize: 100_000, learningStarts: 2000 },
  ...{ trainEverySteps: 4, targetUpdateEverySteps: 1000, valueMin: -10, valueMax: 10, noiseScale: 0.1 },
};
const byEpsilon = { epsilonStart: 1, epsilonEnd: 0.05, explorationFraction: 0.2 };
const withoutPart = (name: string, config: object): Arm => ({
  name: `without ${name}`,
  algo: 'rainbow',
  config: { ...breakout, ...config },
});
const { valueMin: _, valueMax: __, noiseScale: ___, ...plainBreakout } = breakout;

/** What the papers of value-based methods show, on small tasks. */
export const valueBasedExperiments: Readonly<Record<string, Experiment>> = {
  'double-dqn': {
    title: 'Pendulum with 41 torques, rewards divided by ten: DQN against Double DQN',
    env: 'Pendulum-v1',
    envOptions: { wrappers: ['discretize-action:41', 'scale-reward:0.1'] },
    length: { steps: 30_000 },
    seeds: 10,
    arms: [
      { name: 'DQN', algo: 'dqn', config: farSighted },
      { name: 'Double DQN', algo: 'double-dqn', config: farSighted },
    ],
    panels: [
      {
        yLabel: 'Q of the best actions, mean of a batch',
        measure: { metric: 'greedyQ' },
        reference: { name: 'no return is above 0', value: 0 },
      },
      { yLabel: 'return of training episodes', measure: 'episodeReturn' },
    ],
  },
  'dueling-dqn': {
    title: 'Pendulum with 25 torques: dueling network against a plain one',
    env: 'Pendulum-v1',
    envOptions: { wrappers: ['discretize-action:25'] },
    length: { steps: 30_000 },
    arms: [
      { name: 'plain network', algo: 'dqn', config: pendulum },
      { name: 'dueling network', algo: 'dueling-dqn', config: pendulum },
    ],
    panels: [
      { yLabel: 'accumulated reward', measure: 'accumulatedReward' },
      { yLabel: 'loss', measure: { metric: 'loss' }, logY: true },
      { yLabel: 'return of training episodes', measure: 'episodeReturn' },
    ],
  },
  'prioritized-replay': {
    title: 'MountainCar without time limit, +10 at the flag: prioritized against uniform replay',
    env: 'MountainCar-v0',
    length: { episodes: 20 },
    points: 20,
    envOptions: { maxEpisodeSteps: null, wrappers: ['terminal-reward:10'] },
    arms: [
      { name: 'uniform replay', algo: 'dqn', config: mountainCar },
      { name: 'prioritized replay', algo: 'prioritized-dqn', config: { ...mountainCar, double: false } },
    ],
    panels: [
      { yLabel: 'steps to the flag', measure: 'episodeLength', logY: true },
      { yLabel: 'Q of the actions taken, mean of a batch', measure: { metric: 'qValue' } },
    ],
  },
  'cliff-walking': {
    title: 'Cliff walking with one random step in ten: SARSA against Q-learning',
    env: 'CliffWalking-v1',
    length: { episodes: 500 },
    seeds: 30,
    arms: [
      { name: 'SARSA', algo: 'sarsa', config: gridWalk },
      { name: 'Q-learning', algo: 'q-learning', config: gridWalk },
      { name: 'expected SARSA', algo: 'expected-sarsa', config: gridWalk },
    ],
    panels: [
      { yLabel: 'return of training episodes', measure: 'episodeReturn' },
      { yLabel: 'steps of training episodes', measure: 'episodeLength', logY: true },
    ],
  },
  'eligibility-traces': {
    title: 'SARSA(λ) on the maze: accumulating against replacing traces',
    env: 'Maze-v0',
    // A cost of steps, so that pushing against a wall is soon unlearned.
    envOptions: { stepReward: -0.05 },
    length: { episodes: 100 },
    seeds: 100,
    arms: (['accumulating', 'replacing'] as const).map(traces => ({
      name: `${traces} traces`,
      algo: 'sarsa-lambda',
      config: { learningRate: 0.3, gamma: 0.95, lambda: 0.9, epsilonStart: 0.1, epsilonEnd: 0.1, ties: 'first', traces },
    })),
    panels: [
      { yLabel: 'return of training episodes', measure: 'episodeReturn' },
      { yLabel: 'steps of training episodes', measure: 'episodeLength' },
    ],
  },
  'rainbow-ablations': {
    title: 'MinAtar Breakout: DQN, Rainbow, and Rainbow without each of its parts (a short run: 150,000 steps)',
    env: 'MinAtar/Breakout-v1',
    length: { steps: 150_000 },
    points: 25,
    seeds: 3,
    arms: [
      { name: 'DQN', algo: 'dqn', config: { ...plainBreakout, ...byEpsilon } },
      { name: 'Rainbow', algo: 'rainbow', config: breakout },
      withoutPart('double', { double: false }),
      withoutPart('priorities', { priorityExponent: 0 }),
      withoutPart('dueling', { dueling: false }),
      withoutPart('several steps', { nSteps: 1 }),
      withoutPart('distribution', { distributional: false }),
      withoutPart('noise', { noisy: false, ...byEpsilon }),
    ],
    panels: [
      { yLabel: 'return of training episodes', measure: 'episodeReturn' },
      { yLabel: 'steps of training episodes', measure: 'episodeLength' },
    ],
  },
};
