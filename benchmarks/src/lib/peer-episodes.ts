import type { SpaceValue } from '@zpin/contracts';
import { CarRacing, makeEnv } from '@zpin/envs';
import { makeGymnasiumEnv } from '@zpin/python';

/** An episode of the original, as `python/record_episodes.py` writes it. */
export interface PeerEpisode {
  readonly seed: number;
  readonly start: readonly number[];
  readonly actions: readonly (readonly number[])[];
  readonly obs: readonly (readonly number[])[];
  readonly rewards: readonly number[];
  readonly terminated: readonly boolean[];
  /** Of CarRacing: place seen from the middle, direction, x and y of each point. */
  readonly track?: readonly (readonly number[])[];
}

/** What is compared, and how. */
export interface PeerGroup {
  readonly name: string;
  /** Which of the two installations of Python plays it. */
  readonly python: 'python' | 'robotics';
  readonly steps: number;
  /** Largest difference of a number of an observation or a reward that counts as equal. */
  readonly tolerance: number;
  /** Whether the original is played here through the bridge to Python, in place of what is our own. */
  readonly isBridged?: boolean;
  /** Seeds at most: each of them starts a Python where that plays. */
  readonly seeds?: number;
  /** Environments, with the share of episodes that must be equal. */
  readonly envs: Readonly<Record<string, number>>;
}

const all = (...ids: string[]): Record<string, number> => Object.fromEntries(ids.map(id => [id, 1]));

export const PEER_GROUPS: readonly PeerGroup[] = [
  {
    name: 'classic',
    python: 'python',
    steps: 200,
    tolerance: 1e-6,
    envs: all('CartPole-v1', 'MountainCar-v0', 'MountainCarContinuous-v0', 'Pendulum-v1', 'Acrobot-v1'),
  },
  {
    name: 'tabular',
    python: 'python',
    steps: 100,
    tolerance: 0,
    envs: all('FrozenLake-v1', 'FrozenLake8x8-v1', 'CliffWalking-v1', 'CliffWalkingSlippery-v1', 'Taxi-v4', 'Blackjack-v1'),
  },
  {
    name: 'box2d',
    python: 'python',
    steps: 60,
    tolerance: 5e-3,
    envs: {
      'LunarLander-v3': 0.97,
      'LunarLanderContinuous-v3': 0.97,
      'BipedalWalker-v3': 0.9,
      'BipedalWalkerHardcore-v3': 0.8,
    },
  },
  { name: 'car', python: 'python', steps: 100, tolerance: 1e-6, envs: all('CarRacing-v3') },
  {
    name: 'mujoco',
    python: 'python',
    steps: 20,
    tolerance: 1e-4,
    envs: all(
      ...['Hopper-v5', 'HalfCheetah-v5', 'Walker2d-v5', 'Ant-v5', 'Humanoid-v5', 'HumanoidStandup-v5'],
      ...['Swimmer-v5', 'Reacher-v5', 'Pusher-v5', 'InvertedPendulum-v5', 'InvertedDoublePendulum-v5'],
    ),
  },
  {
    name: 'fetch',
    python: 'robotics',
    steps: 20,
    tolerance: 1e-3,
    envs: all('FetchReach-v4', 'FetchPush-v4', 'FetchSlide-v4', 'FetchPickAndPlace-v4'),
  },
  {
    name: 'bridge',
    python: 'python',
    steps: 100,
    tolerance: 0,
    isBridged: true,
    seeds: 3,
    envs: all(
      ...['CartPole-v1', 'MountainCarContinuous-v0', 'Pendulum-v1', 'Acrobot-v1', 'FrozenLake-v1', 'Taxi-v4', 'Blackjack-v1'],
      ...['LunarLander-v3', 'BipedalWalker-v3', 'CarRacing-v3', 'HalfCheetah-v5', 'Humanoid-v5'],
    ),
  },
  {
    name: 'bridge-fetch',
    python: 'robotics',
    steps: 20,
    tolerance: 0,
    isBridged: true,
    seeds: 3,
    envs: all('FetchReach-v4', 'FetchSlide-v4'),
  },
];

/** Plays the original's actions here; returns the largest difference of any number, infinite where an end differs. */
export function largestDifference(id: string, episode: PeerEpisode, isBridged = false): number {
  const env = isBridged ? makeGymnasiumEnv(id) : makeEnv(id);
  const { actionSpace } = env.spec;
  let largest = apart(numbersOf(env.reset({ seed: episode.seed }).obs), episode.start);
  if (episode.track && !isBridged) largest = Math.max(largest, apartTracks(env, episode.track));
  for (const [t, action] of episode.actions.entries()) {
    const played = actionSpace.type === 'discrete' ? action[0] : Float32Array.from(action);
    const { obs, reward, terminated } = env.step(played);
    const isPicture = episode.obs[t].length === 0;
    largest = Math.max(largest, isPicture ? 0 : apart(numbersOf(obs), episode.obs[t]), Math.abs(reward - episode.rewards[t]));
    if (terminated !== episode.terminated[t]) largest = Number.POSITIVE_INFINITY;
    if (terminated) break;
  }
  env.close?.();
  return largest;
}

function apartTracks(env: object, track: readonly (readonly number[])[]): number {
  if (!(env instanceof CarRacing)) return Number.POSITIVE_INFINITY;
  return apart(
    env.track.flatMap(({ alpha, beta, x, y }) => [alpha, beta, x, y]),
    track.flat(),
    false,
  );
}

/** The largest difference, infinite where there are more or fewer numbers. */
function apart(actual: readonly number[], expected: readonly number[], isSingle = true): number {
  if (expected.length === 0) return 0;
  if (actual.length !== expected.length) return Number.POSITIVE_INFINITY;
  let largest = 0;
  for (let i = 0; i < expected.length; i++) {
    // Observations here are singles, those of MuJoCo there doubles.
    const difference = Math.abs(actual[i] - (isSingle ? Math.fround(expected[i]) : expected[i]));
    largest = Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(largest, difference);
  }
  return largest;
}

/** Numbers of an observation in one list; of goal observations in the order of the recorder. */
function numbersOf(obs: SpaceValue): number[] {
  if (typeof obs === 'number') return [obs];
  if (ArrayBuffer.isView(obs)) return Array.from(obs as Float32Array);
  if (Array.isArray(obs)) return obs.flatMap(numbersOf);
  const parts = obs as Readonly<Record<string, SpaceValue>>;
  return ['observation', 'achieved_goal', 'desired_goal'].flatMap(key => numbersOf(parts[key]));
}
