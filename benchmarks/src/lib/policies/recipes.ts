/** What trains a policy of `@zpin/policies`: a preset as it is, and the first seed whose policy reaches `atLeast`. */
export interface Recipe {
  readonly algorithm: string;
  readonly env: string;
  /** Mean greedy return that a policy must come to; another seed is taken where it does not. */
  readonly atLeast: number;
}

/** The first seed that is tried. */
export const FIRST_SEED = 1001;
/** Seeds that are tried before a recipe is given up. */
export const MOST_SEEDS = 5;

const all = (env: string, atLeast: number, algorithms: readonly string[]): Recipe[] =>
  algorithms.map(algorithm => ({ algorithm, env, atLeast }));

/**
 * The policies of the package: of each environment that trains within minutes, what the table of results has. Networks of 256 units and those
 * on pictures are left out where a smaller one plays as well: all together must stay below 3 MB.
 */
export const recipes: readonly Recipe[] = [
  ...all('CartPole-v1', 475, [
    ...['a2c', 'a3c', 'actor-critic', 'c51', 'discrete-sac', 'dppo', 'dqn', 'expected-sarsa', 'npg', 'ppo', 'ppo-penalty'],
    ...['q-learning', 'reinforce', 'sarsa', 'sarsa-lambda', 'trpo', 'vpg'],
  ]),
  ...all('Acrobot-v1', -100, ['dqn', 'ppo', 'trpo']),
  ...all('MountainCar-v0', -110, ['dqn', 'trpo']),
  ...all('MountainCarContinuous-v0', 90, ['ddpg', 'sac', 'td3']),
  ...all('Pendulum-v1', -200, ['a2c', 'ddpg', 'npg', 'ppo', 'reinforce', 'sac', 'td3', 'tqc', 'trpo']),
  ...all('LunarLander-v3', 200, ['double-dqn', 'dqn', 'dueling-double-dqn', 'ppo', 'rainbow']),
  ...all('LunarLanderContinuous-v3', 200, ['ppo', 'sac']),
  ...all('TwoLinkArm-v0', 45, ['ddpg', 'ppo']),
  ...all('TwoLinkArmHard-v0', 45, ['ddpg']),
  ...all('Golf-v0', 0.76, ['ppo']),
  ...all('Hopper-v5', 3000, ['trpo']),
  ...all('FrozenLake-v1', 0.7, ['expected-sarsa', 'q-learning', 'sarsa', 'sarsa-lambda']),
  ...all('CliffWalking-v1', -13, ['expected-sarsa', 'neural-q-learning', 'q-learning', 'sarsa', 'sarsa-lambda']),
  ...all('Taxi-v4', 7.7, ['expected-sarsa', 'q-learning', 'sarsa', 'sarsa-lambda']),
];
