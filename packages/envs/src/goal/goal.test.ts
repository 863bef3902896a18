import { flatten, type GoalEnv, type GoalObs, isGoalEnv } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { makeEnv, makeVectorEnv } from '../registry.ts';
import { BitFlip, bitFlipV0 } from './bit-flip.ts';
import { PointMaze, pointMazeV0 } from './point-maze.ts';

/** What a step paid must be what `computeReward` says of the goals that it showed. */
function expectRewards<Act>(env: GoalEnv<Act>, actions: readonly Act[]): void {
  env.reset({ seed: 8 });
  const results = actions.map(action => {
    const result = env.step(action);
    if (result.terminated || result.truncated) env.reset();
    return result;
  });
  const batch = (key: keyof GoalObs) => Float32Array.from(results.flatMap(({ obs }) => [...obs[key]]));
  const rewards = env.computeReward(batch('achieved_goal'), batch('desired_goal'), new Float32Array(results.length));
  expect([...rewards]).toEqual(results.map(({ reward }) => expect.closeTo(reward, 5)));
  expect(results.map(({ info, reward }) => (reward === 0) === (info.isSuccess === 1)).every(Boolean)).toBe(true);
}

describe('isGoalEnv', () => {
  it('tells environments with goals from others', () => {
    const ids = ['BitFlip-v0', 'PointMaze-v0', 'TwoLinkArm-v0', 'CartPole-v1'];
    expect(ids.filter(id => isGoalEnv(makeEnv(id)))).toEqual(['BitFlip-v0', 'PointMaze-v0']);
  });
});

describe('BitFlip', () => {
  it('is solved by flipping the bits that differ, in at most as many steps as bits', () => {
    const env = new BitFlip(bitFlipV0, { bits: 10 });
    for (let seed = 0; seed < 20; seed++) {
      const { obs } = env.reset({ seed });
      const wrong = [...obs.observation.keys()].filter(i => obs.observation[i] !== obs.desired_goal[i]);
      const results = wrong.map(bit => env.step(bit));
      expect(results.map(({ reward }) => reward)).toEqual(wrong.map((_, i) => (i === wrong.length - 1 ? 0 : -1)));
      expect(results.map(({ terminated }) => terminated).indexOf(true)).toBe(wrong.length - 1);
    }
  });

  it('has as many steps as bits', () => {
    const env = makeEnv('BitFlip-v0', { bits: 15 });
    expect(env.spec.maxEpisodeSteps).toBe(15);
    expect(makeEnv('BitFlip-v0', { bits: 15, maxEpisodeSteps: 4 }).spec.maxEpisodeSteps).toBe(4);
    env.reset({ seed: 0 });
    const flags = Array.from({ length: 15 }, () => env.step(0).truncated);
    expect(flags.indexOf(true)).toBe(14);
  });

  it('takes the goal of all ones', () => {
    const { obs } = new BitFlip(undefined, { bits: 4, goal: 'ones' }).reset({ seed: 1 });
    expect([...obs.desired_goal]).toEqual([1, 1, 1, 1]);
    expect(() => makeEnv('BitFlip-v0', { goal: 'zeros' })).toThrow(/goal must be one of random, ones/);
    expect(() => makeEnv('BitFlip-v0', { bits: 0 })).toThrow(/bits/);
  });

  it('can be paid anew for other goals', () => {
    expectRewards(new BitFlip(undefined, { bits: 2 }), [0, 1, 0, 0, 1, 1, 0, 1, 0, 1]);
    const rewards = new BitFlip(undefined, { bits: 2 }).computeReward(
      Uint8Array.of(0, 1, 1, 1),
      Uint8Array.of(0, 1, 0, 1),
      new Float32Array(2),
    );
    expect([...rewards]).toEqual([0, -1]);
  });
});

describe('PointMaze', () => {
  const push = (x: number, y: number) => Float32Array.of(x, y);

  it('never lets the ball into a wall, and stops it there', () => {
    const env = new PointMaze();
    for (let seed = 0; seed < 10; seed++) {
      env.reset({ seed });
      for (let t = 0; t < 200; t++) {
        const [x, y, vx, vy] = env.step(push(Math.sin(t + seed), Math.cos(1.7 * t))).obs.observation;
        expect(x > 1.2 - 1e-6 && x < 3.8 + 1e-6 && y > 1.2 - 1e-6 && y < 3.8 + 1e-6, `${x} ${y}`).toBe(true);
        // The middle row is open only in its last column.
        if (y > 1.801 && y < 3.199) expect(x).toBeGreaterThan(3.19);
        expect(Math.max(Math.abs(vx), Math.abs(vy))).toBeLessThanOrEqual(5);
      }
    }
  });

  it('lets the ball roll around the bend', () => {
    const env = new PointMaze(pointMazeV0, { map: ['#####', '#...#', '###.#', '#####'] });
    env.reset({ seed: 2 });
    for (let t = 0; t < 40; t++) env.step(push(1, -1));
    for (let t = 0; t < 40; t++) env.step(push(1, 1));
    const [x, y, vx, vy] = env.step(push(1, 1)).obs.observation;
    expect([x, y, vx, vy]).toEqual([expect.closeTo(3.8, 5), expect.closeTo(2.8, 5), 0, 0]);
  });

  it('can be paid anew for other goals', () => {
    const actions = Array.from({ length: 400 }, (_, t) => push(Math.sin(t / 9), Math.cos(t / 7)));
    expectRewards(new PointMaze(), actions);
    const dense = new PointMaze(pointMazeV0, { isDense: true });
    expect(dense.computeReward(Float32Array.of(1, 1), Float32Array.of(4, 5), new Float32Array(1))[0]).toBe(-5);
  });

  it('writes flat rows in the order achieved, desired, observation', () => {
    const { obs } = new PointMaze().reset({ seed: 3 });
    const row = flatten(pointMazeV0.observationSpace, { ...obs });
    expect([...row]).toEqual([...obs.achieved_goal, ...obs.desired_goal, ...obs.observation]);
  });

  it('refuses open maps', () => {
    expect(() => makeEnv('PointMaze-v0', { map: ['..', '..'] })).toThrow(/walls all around/);
    expect(() => makeEnv('PointMaze-v0', { map: 'x' })).toThrow(/map must be one of u, medium or a list of texts/);
  });
});

describe('goals of vector environments', () => {
  it('say how episodes ended, and what other goals would have paid', () => {
    const env = makeVectorEnv('BitFlip-v0', 2, { bits: 2 });
    const out = env.createStep();
    env.reset(out, 4);
    const successes: number[] = [];
    for (let step = 0; step < 40; step++) {
      env.step(Int32Array.of(step % 2, 0), out);
      for (let i = 0; i < 2; i++) {
        if (!out.terminated[i] && !out.truncated[i]) continue;
        // Reached means terminated; a time limit of two steps can fall on the same one.
        expect(out.success?.[i]).toBe(out.terminated[i]);
        successes.push(out.terminated[i]);
      }
    }
    expect(new Set(successes)).toEqual(new Set([0, 1]));
    const [achieved, desired] = [Uint8Array.of(0, 1, 1, 1), Uint8Array.of(0, 1, 0, 1)];
    expect([...(env.goals?.computeReward(achieved, desired, new Float32Array(2)) ?? [])]).toEqual([0, -1]);
    expect([...(env.goals?.computeTerminated?.(achieved, desired, new Uint8Array(2)) ?? [])]).toEqual([1, 0]);
  });

  it('are absent where there are none', () => {
    const env = makeVectorEnv('CartPole-v1', 1);
    expect(env.goals).toBeUndefined();
    expect(env.createStep()).not.toHaveProperty('success');
  });
});
