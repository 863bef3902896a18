import { box, discrete, InputError, Rng } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { SmdpReplay } from './smdp-replay.ts';

const make = (capacity = 3) =>
  new SmdpReplay({ capacity, observationSpace: box({ low: -9, high: 9, shape: [2] }), actionSpace: discrete(4) });
/** Transition k, whose numbers all tell k. */
const transition = (k: number) => ({
  obs: Float32Array.of(k, -k),
  action: k % 4,
  reward: 10 * k,
  nextObs: Float32Array.of(k + 1, -k - 1),
  discount: 0.5 ** k,
});

it('gives whole transitions, each with its own discount, of the last ones alone', () => {
  const replay = make();
  for (let k = 0; k < 5; k++) replay.add(transition(k));
  expect(replay.size).toBe(3);
  const seen = new Set<number>();
  const { size, obs, action, reward, nextObs, discount } = replay.sample(60, new Rng(1));
  expect(size).toBe(60);
  for (let i = 0; i < 60; i++) {
    const k = obs[2 * i];
    seen.add(k);
    const found = {
      obs: Float32Array.from(obs.subarray(2 * i, 2 * i + 2)),
      action: action[i],
      reward: reward[i],
      nextObs: Float32Array.from(nextObs.subarray(2 * i, 2 * i + 2)),
      discount: discount[i],
    };
    expect(found).toEqual(transition(k));
  }
  expect(seen).toEqual(new Set([2, 3, 4]));
});

it('goes on from its state', () => {
  const [one, other] = [make(), make()];
  for (let k = 0; k < 4; k++) one.add(transition(k));
  other.restore(one.state());
  one.add(transition(7));
  other.add(transition(7));
  expect(other.sample(20, new Rng(2))).toEqual(one.sample(20, new Rng(2)));
});

it('has nothing to give before the first transition', () => {
  expect(() => make().sample(1, new Rng(0))).toThrow(InputError);
  expect(() => make(0)).toThrow(/capacity/);
});
