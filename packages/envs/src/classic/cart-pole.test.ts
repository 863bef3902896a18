import { describe, expect, it } from 'vitest';
import { expectTrace, readTrace } from '../../test/trace.ts';
import { CartPole, cartPoleV0 } from './cart-pole.ts';

describe('CartPole', () => {
  it.each(readTrace('CartPole-v1').episodes)('plays as recorded from seed $seed', episode => {
    expectTrace(new CartPole(), episode, 1e-6);
  });

  it('starts where Gymnasium does for reset(seed=123, options={low: -0.1, high: 0.1})', () => {
    const { obs } = new CartPole().reset({ seed: 123, options: { low: -0.1, high: 0.1 } });
    const documented = [0.03647037, -0.0892358, -0.05592803, -0.06312564];
    for (let i = 0; i < 4; i++) expect(obs[i]).toBeCloseTo(documented[i], 7);
  });

  it('falls within the time limit when always pushed one way, with reward 1 for each step', () => {
    const env = new CartPole();
    env.reset({ seed: 1 });
    const rewards: number[] = [];
    for (let ended = false; !ended; ) {
      const result = env.step(1);
      rewards.push(result.reward);
      ended = result.terminated;
      expect(result.truncated).toBe(false);
    }
    expect(rewards.length).toBeLessThan(15);
    expect(new Set(rewards)).toEqual(new Set([1]));
  });

  it('pays 0 and then -1 with the reward of Sutton and Barto', () => {
    const env = new CartPole(undefined, { suttonBartoReward: true });
    env.reset({ seed: 1 });
    const rewards: number[] = [];
    for (let ended = false; !ended; ) {
      const result = env.step(0);
      rewards.push(result.reward);
      ended = result.terminated;
    }
    expect(rewards.at(-1)).toBe(-1);
    expect(rewards.slice(0, -1).every(reward => reward === 0)).toBe(true);
  });

  it('is truncated, not terminated, at its time limit', () => {
    const env = new CartPole({ ...cartPoleV0, maxEpisodeSteps: 3 });
    env.reset({ seed: 1 });
    const flags = [0, 1, 0].map(action => env.step(action)).map(r => [r.terminated, r.truncated]);
    expect(flags).toEqual([
      [false, false],
      [false, false],
      [false, true],
    ]);
    expect(() => env.step(0)).toThrow(
      /CartPole-v0.step: an episode must be in progress, got "an episode that ended". Call reset first/,
    );
  });

  it('refuses bad actions, bad bounds, and steps at the wrong time', () => {
    const env = new CartPole();
    expect(() => env.step(0)).toThrow(/Call reset first/);
    env.reset({ seed: 0 });
    for (const bad of [2, -1, 0.5, Number.NaN])
      expect(() => env.step(bad)).toThrow(/CartPole-v1.step: the action must be of Discrete\(2\)/);
    expect(() => env.reset({ options: { low: 1, high: 0 } })).toThrow(/low must be <= high/);
    env.close();
    expect(() => env.step(0)).toThrow(/must be open/);
    expect(() => env.reset()).toThrow(/must be open/);
  });
});
