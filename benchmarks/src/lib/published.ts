/** A published result to hold one of ours against. */
export interface Published {
  readonly algo: string;
  readonly env: string;
  /** As the source has it, with the environment steps of training. */
  readonly result: string;
  readonly source: keyof typeof sources;
}

/** How each source measured. */
export const sources = {
  'RL Zoo': 'RL Baselines3 Zoo, benchmark.md: one trained agent, 150,000 greedy steps, mean ± deviation over episodes',
  CleanRL: 'CleanRL, docs/rl-algorithms: three seeds, return of training episodes at the end, mean ± deviation over seeds',
  'SB3 Contrib': 'SB3 Contrib documentation: three seeds (MuJoCo) or five, mean ± standard error over seeds',
  Tianshou: 'Tianshou, examples/mujoco: ten seeds, best evaluation of the run, mean ± deviation over seeds',
  'Spinning Up': 'Spinning Up benchmarks, read off the figure: ten seeds, return at the end, mean ± deviation over seeds',
} as const;

/**
 * Published results for what `learning.ts` trains. Versions of environments are those of the sources, with the same rewards as
 * ours.
 */
export const published: readonly Published[] = [
  { algo: 'ppo', env: 'CartPole-v1', result: '500 ± 0 (100k)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'CartPole-v1', result: '490 ± 6 (500k)', source: 'CleanRL' },
  { algo: 'ppo', env: 'Acrobot-v1', result: '−73.5 ± 18.2 (1M)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'Acrobot-v1', result: '−86.4 ± 1.3 (500k)', source: 'CleanRL' },
  { algo: 'ppo', env: 'MountainCar-v0', result: '−110.4 ± 19.5 (1M)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'MountainCar-v0', result: '−200 ± 0 (500k)', source: 'CleanRL' },
  { algo: 'ppo', env: 'Pendulum-v1', result: '−172.2 ± 104.2 (100k)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'LunarLander-v3', result: '242.1 ± 31.8 (1M)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'LunarLanderContinuous-v3', result: '270.9 ± 32.1 (1M)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'Hopper-v5', result: '2,410 ± 10 (1M)', source: 'RL Zoo' },
  { algo: 'ppo', env: 'Hopper-v5', result: '2,383 ± 272 (1M)', source: 'CleanRL' },
  { algo: 'ppo', env: 'Hopper-v5', result: '1,770 ± 535 (1M)', source: 'Spinning Up' },
  { algo: 'recurrent-ppo', env: 'CartPole-v1', result: '500 ± 0 (100k)', source: 'RL Zoo' },
  { algo: 'a2c', env: 'CartPole-v1', result: '500 ± 0 (500k)', source: 'RL Zoo' },
  { algo: 'trpo', env: 'CartPole-v1', result: '500 ± 0 (100k)', source: 'RL Zoo' },
  { algo: 'trpo', env: 'Acrobot-v1', result: '−83.1 ± 18.6 (100k)', source: 'RL Zoo' },
  { algo: 'trpo', env: 'MountainCar-v0', result: '−107.3 ± 13.2 (100k)', source: 'RL Zoo' },
  { algo: 'trpo', env: 'Pendulum-v1', result: '−174.6 ± 127.6 (100k)', source: 'RL Zoo' },
  { algo: 'trpo', env: 'LunarLanderContinuous-v3', result: '262.4 ± 21.4 (200k)', source: 'RL Zoo' },
  { algo: 'trpo', env: 'Hopper-v5', result: '3,372 ± 215 (1M)', source: 'SB3 Contrib' },
  { algo: 'trpo', env: 'Hopper-v5', result: '2,046 ± 1,038 (1M)', source: 'Tianshou' },
  { algo: 'trpo', env: 'Hopper-v5', result: '1,161 ± 321 (1M)', source: 'Spinning Up' },
  { algo: 'vpg', env: 'Hopper-v5', result: '391 ± 40 (1M)', source: 'Spinning Up' },
  { algo: 'dqn', env: 'CartPole-v1', result: '500 ± 0 (50k)', source: 'RL Zoo' },
  { algo: 'dqn', env: 'CartPole-v1', result: '489 ± 16 (500k)', source: 'CleanRL' },
  { algo: 'dqn', env: 'MountainCar-v0', result: '−100.8 ± 9.9 (120k)', source: 'RL Zoo' },
  { algo: 'dqn', env: 'Acrobot-v1', result: '−76.6 ± 11.8 (100k)', source: 'RL Zoo' },
  { algo: 'dqn', env: 'LunarLander-v3', result: '154.4 ± 79.2 (100k)', source: 'RL Zoo' },
  { algo: 'c51', env: 'CartPole-v1', result: '481 ± 21 (500k)', source: 'CleanRL' },
  { algo: 'qr-dqn', env: 'CartPole-v1', result: '500 ± 0 (50k)', source: 'RL Zoo' },
  { algo: 'qr-dqn', env: 'CartPole-v1', result: '386 ± 64', source: 'SB3 Contrib' },
  { algo: 'qr-dqn', env: 'MountainCar-v0', result: '−106.0 ± 15.5 (120k)', source: 'RL Zoo' },
  { algo: 'qr-dqn', env: 'Acrobot-v1', result: '−69.1 ± 10.0 (100k)', source: 'RL Zoo' },
  { algo: 'ddpg', env: 'Pendulum-v1', result: '−152.1 ± 94.3 (20k)', source: 'RL Zoo' },
  { algo: 'td3', env: 'Pendulum-v1', result: '−151.9 ± 90.2 (20k)', source: 'RL Zoo' },
  { algo: 'sac', env: 'Pendulum-v1', result: '−157.0 ± 88.7 (20k)', source: 'RL Zoo' },
  { algo: 'ddpg', env: 'MountainCarContinuous-v0', result: '93.5 ± 0.1 (300k)', source: 'RL Zoo' },
  { algo: 'td3', env: 'MountainCarContinuous-v0', result: '93.5 ± 0.1 (300k)', source: 'RL Zoo' },
  { algo: 'sac', env: 'MountainCarContinuous-v0', result: '94.7 ± 1.1 (50k)', source: 'RL Zoo' },
  { algo: 'ddpg', env: 'LunarLanderContinuous-v3', result: '230.2 ± 92.4 (300k)', source: 'RL Zoo' },
  { algo: 'td3', env: 'LunarLanderContinuous-v3', result: '207.5 ± 67.6 (300k)', source: 'RL Zoo' },
  { algo: 'sac', env: 'LunarLanderContinuous-v3', result: '260.4 ± 65.5 (500k)', source: 'RL Zoo' },
  { algo: 'ddpg', env: 'Hopper-v5', result: '2,197 ± 972 (1M)', source: 'Tianshou' },
  { algo: 'td3', env: 'Hopper-v5', result: '3,606 ± 4 (1M)', source: 'RL Zoo' },
  { algo: 'sac', env: 'Hopper-v5', result: '2,326 ± 1,130 (1M)', source: 'RL Zoo' },
  { algo: 'sac', env: 'HalfCheetah-v5', result: '9,535 ± 100 (1M)', source: 'RL Zoo' },
  { algo: 'td3', env: 'HalfCheetah-v5', result: '9,656 ± 970 (1M)', source: 'RL Zoo' },
];

/** Everything published about one row of the table, as one cell. */
export function publishedCell(algo: string, env: string): string {
  const found = published.filter(entry => entry.algo === algo && entry.env === env);
  return found.map(({ result, source }) => `${result} ${source}`).join('; ') || '–';
}
