import type { SpaceValue } from '@zpin/contracts';
import { expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { makeEnv, makeVectorEnv } from '../registry.ts';
import { ScaleReward } from './scale-reward.ts';
import { CartPoleReward, MountainCarReward } from './shaped-rewards.ts';
import { TerminalReward } from './terminal-reward.ts';
import { TransformReward } from './transform-reward.ts';

const named = (id: string, ...wrappers: string[]) => makeEnv(id, { wrappers });

it('scale-reward adds, then multiplies', () => {
  const [raw, scaled] = [makeEnv('Pendulum-v1'), named('Pendulum-v1', 'scale-reward:0.125:8')];
  raw.reset({ seed: 3 });
  scaled.reset({ seed: 3 });
  const { reward } = raw.step(Float32Array.of(1));
  expect(reward).toBeLessThan(-0.1);
  expect(scaled.step(Float32Array.of(1)).reward).toBe((reward + 8) / 8);
  const tenth = named('Pendulum-v1', 'scale-reward:0.1');
  tenth.reset({ seed: 3 });
  expect(tenth.step(Float32Array.of(1)).reward).toBeCloseTo(reward / 10, 12);
});

it('terminal-reward pays the end of the task, and not a cut', () => {
  const rewards = (maxEpisodeSteps: number) => {
    const env = makeEnv('CartPole-v1', { maxEpisodeSteps, wrappers: ['terminal-reward:-20'] });
    env.reset({ seed: 1 });
    for (const paid: number[] = []; ; ) {
      const { reward, terminated, truncated } = env.step(1);
      paid.push(reward);
      if (terminated || truncated) return paid;
    }
  };
  const fallen = rewards(500);
  expect(fallen.at(-1)).toBe(-20);
  expect(new Set(fallen.slice(0, -1))).toEqual(new Set([1]));
  // Cut off before it falls.
  expect(rewards(5)).toEqual([1, 1, 1, 1, 1]);
});

it('cart-pole-reward pays what is left of each limit', () => {
  const env = named('CartPole-v1', 'cart-pole-reward');
  env.reset({ seed: 4, options: { low: 0.04, high: 0.04 } });
  const { obs, reward } = env.step(1);
  const [x, , angle] = obs as Float32Array;
  const limit = (12 * Math.PI) / 180;
  expect(reward).toBeCloseTo((2.4 - Math.abs(x)) / 2.4 - 0.8 + (limit - Math.abs(angle)) / limit - 0.5, 12);
  // In the middle and straight it would be 0.7.
  expect(reward).toBeLessThan(0.7);
  expect(reward).toBeGreaterThan(0.3);
});

it.each(['MountainCar-v0', 'MountainCarContinuous-v0'])('mountain-car-reward pays the height of %s', id => {
  const env = named(id, 'mountain-car-reward');
  env.reset({ options: { low: -0.3, high: -0.3 } });
  const action = id === 'MountainCar-v0' ? 1 : Float32Array.of(0);
  const { obs, reward } = env.step(action as SpaceValue);
  expect(reward).toBe(Math.abs((obs as Float32Array)[0] + 0.5));
  expect(reward).toBeCloseTo(0.2, 1);
});

it('shaping by what is observed refuses other environments and other observations', () => {
  expect(() => named('Acrobot-v1', 'cart-pole-reward')).toThrow(
    /cart-pole-reward: the environment must be CartPole-v0 or CartPole-v1, got "?Acrobot-v1"?\. Shape rewards of other environments by/,
  );
  expect(() => named('CartPole-v1', 'select-observation:2,0', 'cart-pole-reward')).toThrow(
    /must show its own observations, got .*select-observation:2,0.*Put cart-pole-reward first/,
  );
  expect(() => named('MountainCar-v0', 'mountain-car-reward', 'select-observation:0')).not.toThrow();
  expect(() => named('CartPole-v1', 'mountain-car-reward')).toThrow(/must be MountainCar-v0 or MountainCarContinuous-v0/);
});

it('a function is told everything of the step', () => {
  const env = new TransformReward(makeEnv('CartPole-v1'), ({ reward, obs, terminated }, action) =>
    terminated ? -1 : reward + 10 * Number(action) + (obs as Float32Array)[0],
  );
  env.reset({ seed: 2 });
  const { obs, reward } = env.step(1);
  expect(reward).toBe(11 + (obs as Float32Array)[0]);
});

it('refuses what is no number', () => {
  expect(() => named('Pendulum-v1', 'scale-reward')).toThrow(/must be written as scale-reward:scale\[:shift\]/);
  expect(() => new ScaleReward(makeEnv('Pendulum-v1'), Number.POSITIVE_INFINITY)).toThrow(
    'ScaleReward: scale must be a finite number, got Infinity',
  );
  expect(() => new TerminalReward(makeEnv('Pendulum-v1'), Number.NaN)).toThrow(/terminal must be a finite number, got NaN/);
  const broken = new TransformReward(makeEnv('CartPole-v1'), () => Number.NaN);
  broken.reset();
  expect(() => broken.step(0)).toThrow('CartPole-v1: TransformReward: the function must return a number, got NaN');
});

it('returns of episodes stay those of the environment', () => {
  const env = makeVectorEnv('CartPole-v1', 1, { wrappers: ['cart-pole-reward', 'terminal-reward:-20', 'scale-reward:0.1'] });
  const out = env.createStep();
  env.reset(out, 5);
  env.step(Int32Array.of(1), out);
  expect(out.rawReward?.[0]).toBe(1);
  expect(out.reward[0]).toBeLessThan(0.1);
});

it.each([
  ['ScaleReward', () => new ScaleReward(makeEnv('Pendulum-v1'), 0.5, 1)],
  ['TerminalReward', () => new TerminalReward(makeEnv('CartPole-v1'), -20)],
  ['CartPoleReward', () => new CartPoleReward(makeEnv('CartPole-v1'))],
  ['MountainCarReward', () => new MountainCarReward(makeEnv('MountainCar-v0'))],
  ['TransformReward', () => new TransformReward(makeEnv('CartPole-v1'), ({ reward }) => 2 * reward)],
])('%s keeps the contract', (_, make) => {
  expect(checkEnv(make())).toEqual([]);
});
