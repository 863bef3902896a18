import { ConfigError, discrete, InputError, SpaceError } from '@zpin/contracts';
import { makeVectorEnv } from '@zpin/envs';
import { expect, it } from 'vitest';
import type { GoalStrategy } from './goal-strategy.ts';
import { hindsight } from './hindsight.ts';
import { HindsightReplay } from './hindsight-replay.ts';

const env = makeVectorEnv('BitFlip-v0', 2, { bits: 3 });
const settings = {
  capacity: 10,
  observationSpace: env.spec.observationSpace,
  actionSpace: env.spec.actionSpace,
  gamma: 0.9,
  nSteps: 1,
  hasActionMask: false,
};

it('makes the replay memory of a goal environment', () => {
  const replay = hindsight(env, 'future:4')(settings);
  expect(replay).toBeInstanceOf(HindsightReplay);
  expect((replay as HindsightReplay).capacity).toBe(10);
});

it('says what an environment without goals lacks', () => {
  const make = () => hindsight(makeVectorEnv('CartPole-v1', 1), 'future:4');
  expect(make).toThrow(SpaceError);
  expect(make).toThrow(
    /^her: CartPole-v1 must have goals: .*, got "observations without observation, achieved_goal, desired_goal"\. Use .*FetchReach-v4/,
  );
  const { goals: _, ...blind } = env;
  expect(() => hindsight({ ...blind, spec: env.spec } as typeof env, 'future:4')).toThrow(
    /got "none that can compute rewards anew"/,
  );
});

it('refuses a strategy that there is not, before anything is trained', () => {
  const past = { strategy: 'past' as GoalStrategy, goals: 4 };
  expect(() => hindsight(env, past)).toThrow(InputError);
  expect(() => hindsight(env, past)).toThrow('her: the strategy must be future, final, episode, got "past". Use future.');
  expect(() => hindsight(env, { strategy: 'future', goals: -1 })).toThrow(/goals must be an integer/);
});

it('refuses what hindsight cannot be combined with', () => {
  expect(() => hindsight(env, 'future:4')({ ...settings, nSteps: 3 })).toThrow(ConfigError);
  expect(() => hindsight(env, 'future:4')({ ...settings, nSteps: 3 })).toThrow(/nSteps must be 1, got 3/);
  expect(() => hindsight(env, 'future:4')({ ...settings, actionSpace: discrete(3), hasActionMask: true })).toThrow(
    /no action masks/,
  );
});
