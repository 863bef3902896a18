import { describe, expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { CartPole, cartPoleV1 } from '../classic/cart-pole.ts';
import type { AnyEnv } from '../env-entry.ts';
import { TimeAwareObservation } from './time-aware-observation.ts';
import { TimeLimit } from './time-limit.ts';

const endless = () => new CartPole({ ...cartPoleV1, maxEpisodeSteps: null });

describe('TimeLimit', () => {
  it('truncates at the limit and starts to count anew after a reset', () => {
    const env = new TimeLimit(endless(), 3);
    expect(env.spec.maxEpisodeSteps).toBe(3);
    for (let episode = 0; episode < 2; episode++) {
      env.reset({ seed: episode });
      expect([0, 1, 0].map(action => env.step(action).truncated)).toEqual([false, false, true]);
    }
  });

  it('keeps the contract, the count included', () => {
    expect(checkEnv(new TimeLimit(endless(), 12))).toEqual([]);
  });

  it.each([
    [1000, 9, 9],
    [9, 1000, 9],
    [9, 9, 9],
    [9, null, 9],
  ])('of %s around %s says %s, and so does the share of the time that is over', (outer, inner, limit) => {
    const around = [
      () => new TimeLimit(new CartPole({ ...cartPoleV1, maxEpisodeSteps: inner }), outer),
      () => new TimeLimit(inner === null ? endless() : new TimeLimit(endless(), inner), outer),
    ];
    for (const make of around) {
      expect(make().spec.maxEpisodeSteps).toBe(limit);
      expect(checkEnv(make())).toEqual([]);
      const env = new TimeAwareObservation(make() as AnyEnv);
      const first = env.reset({ seed: 0 });
      const shares = [(first.obs as Float32Array)[4]];
      for (let t = 0, isOver = false; !isOver; t++) {
        const { obs, truncated, terminated } = env.step(t % 2);
        shares.push((obs as Float32Array)[4]);
        isOver = truncated || terminated;
      }
      expect(shares).toEqual(Array.from({ length: limit + 1 }, (_, t) => Math.fround(t / limit)));
    }
  });

  it.each([0, 1.5, Number.NaN])('refuses the limit %d', limit => {
    expect(() => new TimeLimit(endless(), limit)).toThrow(/maxEpisodeSteps/);
  });
});
