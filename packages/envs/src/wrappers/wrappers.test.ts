import { box, dict, discrete, type Env, multiBinary, multiDiscrete, Rng, type SpaceValue, tuple } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { probe, scalar } from '../../test/probe-env.ts';
import { EpisodicLife } from '../atari/episodic-life.ts';
import { checkEnv } from '../check-env.ts';
import type { AnyEnv } from '../env-entry.ts';
import { makeEnv } from '../registry.ts';
import { SyncVectorEnv } from '../vector/sync-vector-env.ts';
import { ClipAction } from './clip-action.ts';
import { ClipReward } from './clip-reward.ts';
import { DiscretizeAction } from './discretize-action.ts';
import { DiscretizeObservation } from './discretize-observation.ts';
import { EpisodeStatistics } from './episode-statistics.ts';
import { FlattenObservation } from './flatten-observation.ts';
import { FrameStack } from './frame-stack.ts';
import { GrayscaleObservation } from './grayscale-observation.ts';
import { OneHotObservation } from './one-hot-observation.ts';
import { RepeatAction } from './repeat-action.ts';
import { RescaleAction } from './rescale-action.ts';
import { ResizeObservation } from './resize-observation.ts';
import { StickyAction } from './sticky-action.ts';
import { TimeAwareObservation } from './time-aware-observation.ts';

const actionsOf = <A>(env: Env<SpaceValue, A>, actions: A[]) => {
  env.reset();
  return actions.map(action => env.step(action).info.action);
};

describe('wrappers', () => {
  it.each<[string, Env]>([
    ['ClipAction', new ClipAction(makeEnv('Pendulum-v1'))],
    ['RescaleAction', new RescaleAction(makeEnv('Pendulum-v1'))],
    ['DiscretizeAction', new DiscretizeAction(makeEnv('Pendulum-v1'), 5)],
    ['DiscretizeObservation', new DiscretizeObservation(makeEnv('MountainCar-v0'), { bins: [18, 14] })],
    ['FlattenObservation', new FlattenObservation(makeEnv('Taxi-v4'))],
    ['FrameStack of vectors', new FrameStack(makeEnv('CartPole-v1'), 3)],
    ['FrameStack of pictures', new FrameStack(makeEnv('MinAtar/Asterix-v1'), 2)],
    ['GrayscaleObservation', new GrayscaleObservation(makeEnv('CarRacing-v3', { maxEpisodeSteps: 20 }))],
    ['ResizeObservation', new ResizeObservation(makeEnv('CarRacing-v3', { maxEpisodeSteps: 20 }), 24)],
    ['RepeatAction', new RepeatAction(makeEnv('LunarLander-v3'), 3)],
    ['OneHotObservation', new OneHotObservation(makeEnv('FrozenLake-v1'))],
    ['StickyAction', new StickyAction(makeEnv('CartPole-v1'))],
    ['TimeAwareObservation', new TimeAwareObservation(makeEnv('CartPole-v1', { maxEpisodeSteps: 12 }))],
    ['EpisodeStatistics', new EpisodeStatistics(makeEnv('CartPole-v1'))],
    ['several', new FrameStack(new StickyAction(new StickyAction(new OneHotObservation(makeEnv('Taxi-v4')))), 2)],
  ])('%s keeps the contract', (_, env) => {
    expect(checkEnv(env)).toEqual([]);
  });

  it('keep masks in vector steps', () => {
    const vector = new SyncVectorEnv(() => new OneHotObservation(makeEnv('Taxi-v4')), 2);
    const out = vector.createStep();
    vector.reset(out, [5, 6]);
    expect(out.actionMask?.slice(6)).toEqual(makeEnv('Taxi-v4').reset({ seed: 6 }).info.actionMask);
    expect(out.obs).toHaveLength(1000);
  });

  it('refuse spaces they cannot work on', () => {
    const [cart, pendulum] = [makeEnv('CartPole-v1'), makeEnv('Pendulum-v1')];
    for (const make of [() => new ClipAction(cart), () => new RescaleAction(cart), () => new DiscretizeAction(cart, 5)]) {
      expect(make).toThrow(/the space must be a box, got "Discrete\(2\)"/);
    }
    expect(() => new OneHotObservation(cart)).toThrow(/must be a discrete/);
    expect(() => new FrameStack(makeEnv('Taxi-v4'), 4)).toThrow(/must be a box/);
    expect(() => new FrameStack(cart, 0)).toThrow(/count/);
    expect(() => new RepeatAction(cart, 1.5)).toThrow(/count must be an integer >= 1, got 1.5/);
    expect(() => new RepeatAction(makeEnv('Taxi-v4'), 2)).toThrow(/must have no action masks/);
    expect(() => new GrayscaleObservation(cart)).toThrow(/must be a uint8 picture \[height, width, 3\], got "Box\(\[4\]/);
    expect(() => new ResizeObservation(cart, 4)).toThrow(/must be a uint8 picture/);
    expect(() => new ResizeObservation(makeEnv('CarRacing-v3'), 0)).toThrow(
      /height and width must be integers >= 1, got \[0,0\]/,
    );
    expect(() => new ResizeObservation(makeEnv('CarRacing-v3'), 84, 97)).toThrow(
      /at most those of the picture, 96 x 96, got \[84,97\]/,
    );
    expect(() => new DiscretizeAction(pendulum, 1)).toThrow(/bins/);
    expect(() => new DiscretizeObservation(pendulum, { bins: [2, 2] })).toThrow(/3 integers/);
    expect(() => new DiscretizeObservation(cart, { bins: 4 })).toThrow(/Give bounds where the space has none/);
    const many = { bins: 2 ** 11 };
    expect(() => new DiscretizeObservation(pendulum, many)).toThrow(/at most 2147483648 combinations, got 8589934592/);
    expect(() => new RescaleAction(pendulum, 1, 1)).toThrow(/low < high/);
    expect(() => new StickyAction(cart, 2)).toThrow(/probability/);
    expect(() => new TimeAwareObservation(makeEnv('CartPole-v1', { maxEpisodeSteps: null }))).toThrow(/time limit/);
    const lives = new ClipReward(new EpisodicLife(makeEnv('CartPole-v1') as Env<SpaceValue, number>));
    expect(() => new TimeAwareObservation(lives)).toThrow(/a reset must begin the time limit anew/);
  });
});

describe('action wrappers', () => {
  it('ClipAction clips each number', () => {
    const env = new ClipAction(probe(scalar));
    expect(actionsOf(env, [Float32Array.of(-5, 5), Float32Array.of(1, 50)])).toEqual([
      Float32Array.of(-2, 5),
      Float32Array.of(1, 10),
    ]);
  });

  it('RescaleAction maps bounds to bounds', () => {
    const env = new RescaleAction(probe(scalar), 0, 4);
    const given = [Float32Array.of(0, 0), Float32Array.of(4, 4), Float32Array.of(1, 2)];
    expect(actionsOf(env, given)).toEqual([Float32Array.of(-2, 0), Float32Array.of(2, 10), Float32Array.of(-1, 5)]);
  });

  it('give integers to a Box of integers', () => {
    const space = box({ low: [-2, 0], high: [2, 9], dtype: 'int32' });
    const whole = (...values: number[]) => Int32Array.from(values);
    expect(actionsOf(new ClipAction(probe(scalar, { actionSpace: space })), [Float32Array.of(-5, 4.6)])).toEqual([whole(-2, 5)]);
    const rescaled = new RescaleAction(probe(scalar, { actionSpace: space }));
    expect(actionsOf(rescaled, [Float32Array.of(-1, 1), Float32Array.of(0.3, 0)])).toEqual([whole(-2, 9), whole(1, 5)]);
    const discretized = new DiscretizeAction(probe(scalar, { actionSpace: space }), 3);
    expect(actionsOf(discretized, [0, 4, 8])).toEqual([whole(-2, 0), whole(0, 5), whole(2, 9)]);
  });

  it('DiscretizeAction spaces values evenly, the last number fastest', () => {
    const env = new DiscretizeAction(probe(scalar), 3);
    expect(env.spec.actionSpace).toEqual(discrete(9));
    expect(actionsOf(env, [0, 1, 5, 8])).toEqual(
      [
        [-2, 0],
        [-2, 5],
        [0, 10],
        [2, 10],
      ].map(a => Float32Array.from(a)),
    );
    expect(() => env.step(9)).toThrow(/Discrete\(9\)/);
    const torques = new DiscretizeAction(probe(scalar, { actionSpace: box({ low: -2, high: 2 }) }), 5);
    expect(actionsOf(torques, [0, 1, 2, 3]).map(a => (a as Float32Array)[0])).toEqual([-2, -1, 0, 1]);
  });

  it('StickyAction repeats the previous action as often as it should, and copies it', () => {
    const env = new StickyAction(makeEnv('MountainCar-v0', { maxEpisodeSteps: null }), 0.25);
    const twin = makeEnv('MountainCar-v0', { maxEpisodeSteps: null });
    env.reset({ seed: 4 });
    twin.reset({ seed: 4 });
    const rng = new Rng(1);
    let repeats = 0;
    let previous = 0;
    const steps = 4000;
    for (let t = 0; t < steps; t++) {
      const chosen = (previous + 1 + rng.integers(0, 2)) % 3;
      const obs = env.step(chosen).obs as Float32Array;
      const state = twin.state?.();
      if (String(twin.step(chosen).obs) !== String(obs)) {
        repeats++;
        if (state) twin.restore?.(state);
        expect(twin.step(previous).obs).toEqual(obs);
      } else previous = chosen;
    }
    expect(Math.abs(repeats / steps - 0.25)).toBeLessThan(0.03);
    const reused = Float32Array.of(1, 1);
    const always = new StickyAction(probe(scalar), 1);
    always.reset({ seed: 1 });
    always.step(reused);
    reused.fill(0);
    expect(always.step(reused).info.action).toEqual(Float32Array.of(1, 1));
  });
});

describe('observation wrappers', () => {
  it('DiscretizeObservation numbers the bins, the nearest one beyond them', () => {
    const values = [
      [0, 0],
      [0.99, 29],
      [1, 0],
      [3.99, 10],
      [99, -5],
    ];
    const env = new DiscretizeObservation(
      probe(t => Float32Array.from(values[t]), { observationSpace: box({ low: [0, 0], high: [4, 30] }) }),
      {
        bins: [4, 3],
      },
    );
    expect(env.spec.observationSpace).toEqual(discrete(12));
    expect([env.reset().obs, ...[1, 2, 3, 4].map(() => env.step(0).obs)]).toEqual([0, 2, 3, 10, 9]);
  });

  it('FlattenObservation joins the parts of a Dict', () => {
    const observationSpace = dict({ b: discrete(5), a: box({ low: -1, high: 2, shape: [2] }) });
    const env = new FlattenObservation(probe(t => ({ a: Float32Array.of(t, 0.5), b: 3 }), { observationSpace }));
    expect(env.reset().obs).toEqual(Float32Array.of(0, 0.5, 0, 0, 0, 1, 0));
    expect(env.spec.observationSpace).toEqual(box({ low: [-1, -1, 0, 0, 0, 0, 0], high: [2, 2, 1, 1, 1, 1, 1] }));
  });

  it('FlattenObservation shows indices as one-hot, and keeps the element type of numbers', () => {
    const counts = new FlattenObservation(probe(() => Int32Array.of(1, 2), { observationSpace: multiDiscrete([2, 4]) }));
    expect(counts.reset().obs).toEqual(Float32Array.of(0, 1, 0, 0, 1, 0));
    expect(counts.spec.observationSpace).toEqual(box({ low: 0, high: 1, shape: [6] }));
    const bytes = tuple([discrete(2, 7), box({ low: 0, high: 255, shape: [1, 2], dtype: 'uint8' }), multiBinary(2)]);
    const value = [8, Uint8Array.of(9, 200), Uint8Array.of(0, 1)];
    const flat = new FlattenObservation(probe(() => value, { observationSpace: bytes }));
    expect(flat.reset().obs).toEqual(Uint8Array.of(0, 1, 9, 200, 0, 1));
    expect(flat.spec.observationSpace).toEqual(box({ low: 0, high: [1, 1, 255, 255, 1, 1], dtype: 'uint8' }));
  });

  it('OneHotObservation marks the index, counted from the start', () => {
    const env = new OneHotObservation(probe(t => t + 5, { observationSpace: discrete(3, 5) }));
    expect(env.reset().obs).toEqual(Float32Array.of(1, 0, 0));
    expect(env.step(0).obs).toEqual(Float32Array.of(0, 1, 0));
  });

  it('TimeAwareObservation adds the share of the time that is over', () => {
    const env = new TimeAwareObservation(probe(scalar));
    expect(env.reset().obs).toEqual(Float32Array.of(0, 0));
    expect([1, 2, 3, 4].map(() => (env.step(0).obs as Float32Array)[1])).toEqual([0.25, 0.5, 0.75, 1]);
    expect(env.reset().obs).toEqual(Float32Array.of(0, 0));
  });

  it('TimeAwareObservation shows the time beside bytes, pictures, indices and records', () => {
    const bytes = box({ low: 0, high: 255, shape: [2], dtype: 'uint8' });
    const time = box({ low: 0, high: 1 });
    const seen = new TimeAwareObservation(probe(t => Uint8Array.of(t, 9), { observationSpace: bytes }));
    expect(seen.spec.observationSpace).toEqual(dict({ observation: bytes, time }));
    seen.reset();
    expect(seen.step(0).obs).toEqual({ observation: Uint8Array.of(1, 9), time: Float32Array.of(0.25) });
    const record = new TimeAwareObservation(probe(t => ({ x: t }), { observationSpace: dict({ x: discrete(5) }) }));
    record.reset();
    expect(record.step(0).obs).toEqual({ x: 1, time: Float32Array.of(0.25) });
    expect(() => new TimeAwareObservation(record as AnyEnv)).toThrow(/must have no part "time" yet/);
  });

  it('EpisodeStatistics sums rewards and counts steps of each episode', () => {
    const env = new EpisodeStatistics(probe(scalar));
    for (let episode = 0; episode < 2; episode++) {
      env.reset();
      const infos = [1, 2, 3, 4].map(() => env.step(0).info);
      expect(infos.map(info => info.episode)).toEqual([undefined, undefined, undefined, { return: 10, length: 4 }]);
    }
  });
});
