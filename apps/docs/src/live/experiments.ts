import { choice, type Experiment, number, type Values } from './experiment.ts';

/** How far one update may go, by the algorithm that is chosen. */
function boundOf(values: Values) {
  const algorithm = values.text('algorithm');
  if (algorithm === 'ppo') return { clipRange: values.falling('clipRange') };
  return algorithm === 'vpg' ? {} : { maxKl: values.number('maxKl') };
}

/** Experiments by the name that pages call them. */
export const experiments = {
  'lunar-lander': {
    title: 'LunarLander, PPO',
    controls: [
      number('learningRate', 'step size', 3e-4),
      number('gamma', 'discount γ', 0.999, 0, 1),
      number('lambda', 'trace λ', 0.98, 0, 1),
      number('clipRange', 'clip range ε', 0.2),
      number('entropyCoefficient', 'entropy bonus', 0.01),
    ],
    plan: values => ({
      algorithm: 'ppo',
      env: 'LunarLander-v3',
      options: {
        config: {
          ...values.numbers('learningRate', 'gamma', 'lambda', 'clipRange', 'entropyCoefficient'),
        },
      },
    }),
    returns: { low: -400, high: 300, window: 50 },
    solved: { meanReturn: 200 },
    stepsPerSecond: 50,
    aspect: 1.5,
    hint: 'It crashes, then hovers, then lands, within a minute or two.',
  },
  pendulum: {
    title: 'Pendulum, SAC',
    controls: [
      choice('algorithm', 'algorithm', ['sac', 'td3', 'ddpg']),
      number('learningRate', 'step size', 1e-3),
      number('gamma', 'discount γ', 0.98, 0, 1),
      number('batchSize', 'batch', 256, 1),
    ],
    plan: values => ({
      algorithm: values.text('algorithm'),
      env: 'Pendulum-v1',
      options: {
        steps: 15_000,
        config: {
          criticLearningRate: values.number('learningRate'),
          actorLearningRate: values.number('learningRate'),
          ...values.numbers('gamma', 'batchSize'),
        },
      },
    }),
    returns: { low: -1600, high: 0, window: 10 },
    solved: { meanReturn: -200 },
    stepsPerSecond: 20,
    aspect: 1,
    hint: 'It swings the pendulum up, and holds it, after some fifty episodes of ten seconds.',
  },
  breakout: {
    title: 'MinAtar Breakout, DQN',
    controls: [
      choice('algorithm', 'algorithm', ['dqn', 'dueling-double-dqn']),
      number('learningRate', 'step size', 5e-4),
      number('nSteps', 'rewards of n steps', 3, 1, 20),
      number('epsilonEnd', 'random actions ε at the end', 0.02, 0, 1),
    ],
    plan: values => ({
      algorithm: values.text('algorithm'),
      env: 'MinAtar/Breakout-v1',
      options: {
        preset: false,
        steps: 200_000,
        config: {
          learningRate: values.falling('learningRate'),
          ...values.numbers('nSteps', 'epsilonEnd'),
          batchSize: 32,
          bufferSize: 50_000,
          learningStarts: 2000,
          targetUpdateEverySteps: 1000,
          trainEverySteps: 4,
          explorationFraction: 0.2,
          hiddenSizes: [64],
        },
      },
    }),
    returns: { low: 0, high: 20, window: 100 },
    solved: { meanReturn: 3 },
    stepsPerSecond: 15,
    aspect: 1,
    hint: 'It learns from pictures of 10 × 10 cells, which takes some minutes.',
  },
  'bit-flip': {
    title: 'BitFlip, DQN with hindsight',
    controls: [
      number('bits', 'bits', 15, 2, 30),
      choice('her', 'hindsight', ['future:4', 'final:1', 'none']),
      number('learningRate', 'step size', 1e-3),
    ],
    plan: values => ({
      algorithm: 'dqn',
      env: 'BitFlip-v0',
      options: {
        envOptions: { bits: values.number('bits') },
        her: values.text('her'),
        config: { learningRate: values.number('learningRate') },
      },
    }),
    returns: { low: -20, high: 0, window: 50 },
    solved: { successRate: 0.95 },
    stepsPerSecond: 4,
    aspect: 7.5,
    hint: 'Fifteen bits must be flipped until they equal fifteen others; only then is there a reward.',
  },
  arm: {
    title: 'Arm with two links, DDPG',
    controls: [
      number('learningRate', 'step size', 1e-3),
      number('gamma', 'discount γ', 0.85, 0, 1),
      number('noiseScale', 'noise at first', 0.5),
    ],
    plan: values => ({
      algorithm: 'ddpg',
      env: 'TwoLinkArmHard-v0',
      options: {
        steps: 60_000,
        config: {
          criticLearningRate: { type: 'linear', from: values.number('learningRate'), to: 1e-4 },
          actorLearningRate: { type: 'linear', from: values.number('learningRate'), to: 1e-4 },
          gamma: values.number('gamma'),
          noiseScale: { type: 'linear', from: values.number('noiseScale'), to: 0.1 },
        },
      },
    }),
    returns: { low: -140, high: 60, window: 20 },
    solved: { meanReturn: 40 },
    stepsPerSecond: 20,
    aspect: 1,
    hasTarget: true,
    hint: 'Move the pointer over the picture: the target follows it, and so, in a while, does the arm.',
  },
  'four-rooms': {
    title: 'Four rooms, option-critic',
    controls: [
      number('numOptions', 'options', 4, 1, 8),
      number('valueLearningRate', 'step size of values', 0.5),
      number('policyLearningRate', 'step size of policies', 5),
      number('terminationLearningRate', 'step size of ends', 0.25),
      number('terminationMargin', 'margin ξ', 0.05),
      number('epsilon', 'random options ε', 0.3, 0, 1),
    ],
    plan: values => ({
      algorithm: 'option-critic',
      env: 'FourRooms-v0',
      options: {
        config: {
          ...values.numbers(
            'numOptions',
            'valueLearningRate',
            'policyLearningRate',
            'terminationLearningRate',
            'terminationMargin',
            'epsilon',
          ),
        },
      },
    }),
    returns: { low: 0, high: 1, window: 100 },
    solved: { meanReturn: 0.95 },
    stepsPerSecond: 8,
    aspect: 1,
    shows: 'options',
    hint: 'A colour for each option: where it is worth most, where it goes, and grey where it ends.',
  },
  network: {
    title: 'Grid world, Q-learning with a network',
    controls: [
      choice('hidden', 'hidden units', ['none', '16', '64']),
      number('learningRate', 'step size α', 0.5),
      number('gamma', 'discount γ', 0.9, 0, 1),
    ],
    plan: values => ({
      algorithm: 'neural-q-learning',
      env: 'GridWorld-v0',
      options: {
        config: {
          ...values.numbers('learningRate', 'gamma'),
          hiddenSizes: values.text('hidden') === 'none' ? [] : [Number(values.text('hidden'))],
        },
      },
    }),
    returns: { low: -3, high: 1, window: 50 },
    solved: { meanReturn: 0.95 },
    stepsPerSecond: 4,
    aspect: 4 / 3,
    hint: 'Twelve cells, an apple, and a bomb below it: without hidden units the network is a table.',
  },
  dqn: {
    title: 'CartPole, DQN and its improvements',
    controls: [
      choice('algorithm', 'algorithm', ['dqn', 'double-dqn', 'dueling-double-dqn', 'prioritized-dqn']),
      choice('target', 'target network', ['every 250 steps', 'every step']),
      number('bufferSize', 'replay memory', 100_000, 64),
      number('nSteps', 'rewards of n steps', 3, 1, 20),
      number('learningRate', 'step size', 5e-4),
    ],
    plan: values => ({
      algorithm: values.text('algorithm'),
      env: 'CartPole-v1',
      options: {
        steps: 30_000,
        config: {
          targetUpdateEverySteps: values.text('target') === 'every step' ? 1 : 250,
          ...values.numbers('bufferSize', 'nSteps'),
          learningRate: values.falling('learningRate'),
        },
      },
    }),
    returns: { low: 0, high: 500, window: 20 },
    solved: { meanReturn: 400 },
    stepsPerSecond: 50,
    aspect: 1.5,
    hint: 'At first it explores, and drops the pole; half a minute later it has seen enough.',
  },
  reinforce: {
    title: 'CartPole, REINFORCE',
    controls: [
      choice('returns', 'a step is weighed by', ['toGo', 'whole']),
      choice('baseline', 'baseline', ['yes', 'no']),
      number('policyLearningRate', 'step size of the policy', 5e-3),
      number('gamma', 'discount γ', 0.99, 0, 1),
    ],
    plan: values => ({
      algorithm: 'reinforce',
      env: 'CartPole-v1',
      options: {
        config: {
          returns: values.text('returns') === 'whole' ? 'whole' : 'toGo',
          baseline: values.text('baseline') === 'yes',
          policyLearningRate: values.falling('policyLearningRate'),
          gamma: values.number('gamma'),
        },
      },
    }),
    returns: { low: 0, high: 500, window: 20 },
    solved: { meanReturn: 400 },
    stepsPerSecond: 50,
    aspect: 1.5,
    hint: 'Whole episodes are played, then every action of them becomes more or less likely.',
  },
  'actor-critic': {
    title: 'CartPole, actor and critic',
    controls: [choice('algorithm', 'algorithm', ['actor-critic', 'a2c', 'a3c']), number('gamma', 'discount γ', 0.99, 0, 1)],
    plan: values => ({
      algorithm: values.text('algorithm'),
      env: 'CartPole-v1',
      options: { steps: 200_000, config: { gamma: values.number('gamma') } },
    }),
    returns: { low: 0, high: 500, window: 20 },
    solved: { meanReturn: 400 },
    stepsPerSecond: 50,
    aspect: 1.5,
    hint: 'The critic says at once what an action was worth: no episode need end first.',
  },
  'trust-region': {
    title: 'CartPole, steps of a safe size',
    controls: [
      choice('algorithm', 'algorithm', ['ppo', 'trpo', 'npg', 'vpg']),
      number('clipRange', 'clip range ε of ppo', 0.2),
      number('maxKl', 'KL bound δ of trpo, npg', 0.01),
    ],
    plan: values => ({
      algorithm: values.text('algorithm'),
      env: 'CartPole-v1',
      options: { steps: 100_000, config: boundOf(values) },
    }),
    returns: { low: 0, high: 500, window: 20 },
    solved: { meanReturn: 400 },
    stepsPerSecond: 50,
    aspect: 1.5,
    hint: 'The same task, and four answers to how far a policy may move at once.',
  },
  offline: {
    title: 'CartPole from fixed data',
    controls: [
      choice('algorithm', 'algorithm', ['bc', 'discrete-cql', 'discrete-bcq']),
      choice('data', 'who played', ['half at random', 'at random', 'an expert']),
      number('steps', 'steps of data', 5000, 100),
    ],
    plan: values => ({
      algorithm: values.text('algorithm'),
      env: 'CartPole-v1',
      data: {
        policy: 'ppo/CartPole-v1',
        epsilon: { 'at random': 1, 'an expert': 0 }[values.text('data')] ?? 0.5,
        steps: values.number('steps'),
      },
      options: { steps: 4000, evaluation: { everySteps: 200, episodes: 10 } },
    }),
    returns: { low: 0, high: 500, window: 10 },
    solved: { meanReturn: 150 },
    stepsPerSecond: 50,
    aspect: 1.5,
    hint: 'Data first, then learning without a single step more: the curve is what the policy earns when it is tried out.',
  },
} as const satisfies Readonly<Record<string, Experiment>>;

export type ExperimentId = keyof typeof experiments;

/** An experiment by its name. @throws Error when there is none */
export function experimentOf(id: string): Experiment {
  const found = Object.entries<Experiment>(experiments).find(([name]) => name === id);
  if (found) return found[1];
  throw new Error(`experimentOf: the experiment must be one of ${Object.keys(experiments).join(', ')}, got ${id}.`);
}
