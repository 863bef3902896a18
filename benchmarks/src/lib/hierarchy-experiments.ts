import type { Experiment } from './experiment.ts';

/** Tables learned step by step. */
const optionTables = {
  ...{ hiddenSizes: [], optimizer: 'sgd', entropyCoefficient: 0, terminationMargin: 0, epsilon: 0.01 },
  ...{ valueLearningRate: 0.5, policyLearningRate: 5, terminationLearningRate: 0.25 },
};

/** DQN with the settings of the h-DQN preset, so that the levels are all that differs. */
const flatDqn = {
  ...{ hiddenSizes: [64], learningRate: 1e-3, double: true, gamma: 0.95, batchSize: 64, bufferSize: 50_000 },
  ...{ learningStarts: 1000, targetUpdateEverySteps: 100, epsilonEnd: 0.1, explorationFraction: 0.5 },
};

/** A treasure 74 steps away: with 64 units and γ = 0.97, h-DQN came to it in one of ten episodes at most, with 128 in nearly all (seed 1). */
const stairs = { hiddenSizes: [128, 128], gamma: 0.97 };

/** What the papers of hierarchical methods show. */
export const hierarchyExperiments: Readonly<Record<string, Experiment>> = {
  'four-rooms-transfer': {
    title: 'Four rooms: the goal moves after 1,000 episodes',
    env: 'FourRooms-v0',
    envOptions: { moveGoalAfterEpisodes: 1000 },
    length: { episodes: 2000 },
    points: 100,
    seeds: 10,
    arms: [
      { name: 'option-critic, 4 options', algo: 'option-critic', config: { ...optionTables, numOptions: 4 } },
      { name: 'option-critic, 8 options', algo: 'option-critic', config: { ...optionTables, numOptions: 8 } },
      { name: 'actor-critic (1 option)', algo: 'option-critic', config: { ...optionTables, numOptions: 1 } },
      { name: 'SARSA', algo: 'sarsa', config: { learningRate: 0.5, epsilonStart: 0.05, epsilonEnd: 0.05, initialValue: 0.5 } },
    ],
    panels: [{ yLabel: 'steps of an episode', measure: 'episodeLength' }],
  },
  'stochastic-chain': {
    title: 'A chain whose far end must be visited first: h-DQN against Q-learning',
    env: 'StochasticChain-v0',
    length: { steps: 50_000 },
    seeds: 5,
    arms: [
      { name: 'h-DQN', algo: 'h-dqn', preset: true },
      { name: 'Q-learning', algo: 'q-learning', config: { epsilonStart: 0.1, epsilonEnd: 0.1 } },
    ],
    panels: [
      { yLabel: 'return of training episodes', measure: 'episodeReturn', reference: { name: 'the best policy', value: 0.208 } },
    ],
  },
  'key-door': {
    title: 'A treasure behind a locked door',
    env: 'KeyDoor-v0',
    length: { steps: 80_000 },
    seeds: 5,
    arms: [
      { name: 'h-DQN', algo: 'h-dqn', preset: true },
      { name: 'DQN', algo: 'dqn', config: flatDqn },
    ],
    panels: [{ yLabel: 'return of training episodes', measure: 'episodeReturn' }],
  },
  'key-door-stairs': {
    title: 'A treasure at the end of 74 steps of corridors, by way of a key',
    env: 'KeyDoor-v0',
    envOptions: { map: 'stairs', maxEpisodeSteps: 300 },
    length: { steps: 400_000 },
    seeds: 5,
    arms: [
      {
        name: 'h-DQN',
        algo: 'h-dqn',
        preset: true,
        config: { ...stairs, subgoals: ['stairs:17', 'key:94', 'gallery:130', 'treasure:132'] },
      },
      { name: 'DQN', algo: 'dqn', config: { ...flatDqn, ...stairs } },
    ],
    panels: [{ yLabel: 'return of training episodes', measure: 'episodeReturn' }],
  },
};
