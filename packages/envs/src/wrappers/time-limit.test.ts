import { describe, expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { CartPole, cartPoleV1 } from '../classic/cart-pole.ts';
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

  it.each([0, 1.5, Number.NaN])('refuses the limit %d', limit => {
    expect(() => new TimeLimit(endless(), limit)).toThrow(/maxEpisodeSteps/);
  });
});
