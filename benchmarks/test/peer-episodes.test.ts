import { Rng, type SpaceValue, sample } from '@zpin/contracts';
import { CarRacing, makeEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import { largestDifference, type PeerEpisode } from '../src/lib/peer-episodes.ts';

const listed = (value: SpaceValue): number[] => (typeof value === 'number' ? [value] : Array.from(value as Float32Array));

/** What the recorder would write if this were the original. */
function recorded(id: string, steps: number, seesObs = true): PeerEpisode {
  const env = makeEnv(id);
  const rng = new Rng(5);
  const seen = (obs: SpaceValue) => (seesObs ? listed(obs) : []);
  const start = seen(env.reset({ seed: 3 }).obs);
  const played = Array.from({ length: steps }, () => {
    const action = sample(env.spec.actionSpace, rng);
    return { action: listed(action), ...env.step(action) };
  });
  return {
    seed: 3,
    start,
    actions: played.map(({ action }) => action),
    obs: played.map(({ obs }) => seen(obs)),
    rewards: played.map(({ reward }) => reward),
    terminated: played.map(({ terminated }) => terminated),
    ...(env instanceof CarRacing && { track: env.track.map(({ alpha, beta, x, y }) => [alpha, beta, x, y]) }),
  };
}

it.each(['CartPole-v1', 'Pendulum-v1', 'Taxi-v4'])('finds %s equal to itself', id => {
  expect(largestDifference(id, recorded(id, 5))).toBe(0);
});

it('tells the largest difference of any number, and other ends and lengths apart', () => {
  const episode = recorded('Pendulum-v1', 5);
  const rewards = episode.rewards.map((reward, t) => (t === 3 ? reward + 0.25 : reward));
  expect(largestDifference('Pendulum-v1', { ...episode, rewards })).toBeCloseTo(0.25, 12);
  expect(largestDifference('Pendulum-v1', { ...episode, start: [0, 0, Number.NaN] })).toBe(Number.POSITIVE_INFINITY);
  expect(largestDifference('Pendulum-v1', { ...episode, start: [1] })).toBe(Number.POSITIVE_INFINITY);
  const terminated = episode.terminated.map((_, t) => t === 4);
  expect(largestDifference('Pendulum-v1', { ...episode, terminated })).toBe(Number.POSITIVE_INFINITY);
});

it('compares the track of CarRacing, and not its pictures', () => {
  const episode = recorded('CarRacing-v3', 3, false);
  expect(largestDifference('CarRacing-v3', episode)).toBe(0);
  const track = episode.track?.map((point, i) => (i === 7 ? point.map(value => value + 0.5) : point)) ?? [];
  expect(largestDifference('CarRacing-v3', { ...episode, track })).toBeCloseTo(0.5, 9);
});
