import { type NumericArray, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { LcgRng } from '../../test/lcg-rng.ts';
import { expectSeeded, readSeeds, readTrace } from '../../test/trace.ts';
import { BipedalWalker, bipedalWalkerHardcoreV3, bipedalWalkerV3 } from './bipedal-walker.ts';
import type { Point } from './physics/shape.ts';
import type { WalkerScene } from './walker-scene.ts';
import { drawTerrain, LEVEL, START, STEP } from './walker-terrain.ts';

interface Episode {
  readonly lcg_seed: number;
  readonly obs0: number[];
  /** Of the first 20 steps, like `obs` and `rewards`. */
  readonly actions: readonly number[][];
  readonly obs: readonly number[][];
  readonly rewards: readonly number[];
}

const distance = (a: NumericArray, b: readonly number[]) => Math.max(...b.map((value, i) => Math.abs(a[i] - value)));

describe.each([bipedalWalkerV3, bipedalWalkerHardcoreV3])('$id', spec => {
  it.each(readTrace<{ episodes: Episode[] }>(spec.id).episodes)('plays as recorded from $lcg_seed', episode => {
    const env = new BipedalWalker(spec);
    expect(distance(env.reset({ seed: new LcgRng(episode.lcg_seed) }).obs, episode.obs0)).toBeLessThan(1e-6);
    episode.actions.forEach((action, t) => {
      const { obs, reward, terminated } = env.step(Float32Array.from(action));
      expect(distance(obs, episode.obs[t]), `step ${t}`).toBeLessThan(1e-6);
      expect(Math.abs(reward - episode.rewards[t]), `step ${t}`).toBeLessThan(1e-6);
      expect(terminated).toBe(false);
    });
  });
});

describe.each([bipedalWalkerV3, bipedalWalkerHardcoreV3])('$id', spec => {
  it.each(readSeeds(spec.id))('is Gymnasium’s bit for bit: seed $seed', episode => {
    expectSeeded(new BipedalWalker(spec), episode, 0);
  });
});

describe('BipedalWalker', () => {
  it('loses 100 and ends when its hull touches the ground', () => {
    const env = new BipedalWalker();
    env.reset({ seed: 0 });
    const fall = Float32Array.of(1, 1, 1, 1);
    let last = env.step(fall);
    for (let step = 0; step < 200 && !last.terminated; step++) {
      expect(last.reward).toBeGreaterThan(-5);
      last = env.step(fall);
    }
    expect([last.terminated, last.truncated, last.reward]).toEqual([true, false, -100]);
  });

  it('pays for the way, minus tilt and torque', () => {
    const env = new BipedalWalker();
    const place = () => (env as unknown as { scene: WalkerScene }).scene.hull.x;
    let { obs } = env.reset({ seed: 4 });
    let x = place();
    for (let step = 0; step < 20; step++) {
      const action = Float32Array.of(0.3, -0.2, step / 10, 0);
      const torque = 80 * (0.3 + 0.2 + Math.min(1, step / 10));
      const next = env.step(action);
      const way = (130 / 30) * (place() - x);
      const tilt = 5 * (Math.abs(next.obs[0]) - Math.abs(obs[0]));
      expect(next.reward).toBeCloseTo(way - tilt - 0.00035 * torque, 5);
      [obs, x] = [next.obs, place()];
    }
  });

  it('clips actions beyond the bounds', () => {
    const [within, beyond] = [1, 7].map(action => {
      const env = new BipedalWalker();
      env.reset({ seed: 2 });
      return env.step(Float32Array.of(action, -action, action, 0));
    });
    expect(beyond).toEqual(within);
  });

  it('sees the ground by lidar', () => {
    const env = new BipedalWalker();
    const { obs } = env.reset({ seed: 2 });
    // The ground is flat here; rays that reach it end at one height, and the flattest is too short.
    for (let ray = 1; ray < 8; ray++) expect(obs[14 + ray] * Math.cos(0.15 * ray)).toBeCloseTo(obs[14], 5);
    expect(obs[14]).toBeCloseTo(0.44, 2);
    expect(obs[23]).toBe(1);
  });
});

/** Plays given numbers in [0, 1). */
class ScriptedRng extends Rng {
  readonly #script: number[];

  constructor(script: readonly number[]) {
    super(0);
    this.#script = [...script];
  }

  override random(): number {
    return this.#script.shift() ?? 0.5;
  }

  override integers(low: number, high: number): number {
    return low + Math.floor((high - low) * this.random());
  }
}

/** From its left and top edge, its width and height. */
function expectBlock(corners: readonly Point[], left: number, top: number, width: number, height: number): void {
  const [xs, ys] = [corners.map(corner => corner.x), corners.map(corner => corner.y)];
  expect(Math.min(...xs)).toBeCloseTo(left, 12);
  expect(Math.max(...xs)).toBeCloseTo(left + width, 12);
  expect(Math.max(...ys)).toBeCloseTo(top, 12);
  expect(Math.min(...ys)).toBeCloseTo(top - height, 12);
  expect(new Set(corners.map(({ x, y }) => `${x} ${y}`)).size).toBe(4);
}

describe('drawTerrain', () => {
  const level = (count: number) => Array<number>(count).fill(LEVEL);

  it('is flat up to the start, and then wanders back to its level', () => {
    // Five points of grass; a roughness of 1/30 at the second of them, which is the first beyond the start.
    const { heights, obstacles } = drawTerrain(new ScriptedRng([0, 1]), false);
    expect(heights.slice(0, START + 1)).toEqual(level(START + 1));
    const up = LEVEL + 1 / 30;
    expect(heights[21]).toBeCloseTo(up, 12);
    expect(heights[22]).toBeCloseTo(up + (0.8 / 30 - 0.01), 12);
    expect(heights[23]).toBeCloseTo(heights[22] + 0.8 * (0.8 / 30 - 0.01) - 0.01, 12);
    expect(obstacles).toEqual([]);
  });

  it('builds a stump as wide as high', () => {
    // Grass of 5 after the start, kind 1 of 1 to 3, then a width of 1 + floor(2 · 0.5) = 2.
    const { heights, obstacles } = drawTerrain(new ScriptedRng([0, 0, 0.5]), true);
    expectBlock(obstacles[0], START * STEP, LEVEL + 2 * STEP, 2 * STEP, 2 * STEP);
    expect(heights.slice(0, START + 3)).toEqual(level(START + 3));
  });

  it('digs a pit between two walls', () => {
    // Kind 3, and 3 + floor(2 · 0.6) = 4 points across, two more for the walls.
    const { heights, obstacles } = drawTerrain(new ScriptedRng([0, 0.9, 0.6]), true);
    expectBlock(obstacles[0], START * STEP, LEVEL, STEP, 4 * STEP);
    expectBlock(obstacles[1], (START + 4) * STEP, LEVEL, STEP, 4 * STEP);
    const deep = LEVEL - 4 * STEP;
    expect(heights.slice(START, START + 7)).toEqual([LEVEL, deep, deep, deep, deep, LEVEL, LEVEL]);
  });

  it.each([
    [0.9, 1],
    [0.1, -1],
  ])('builds stairs: coin %d goes by steps of %d', (coin, rise) => {
    // Kind 2, the coin, a width of 4 (drawn from 4 alone), and 3 + floor(2 · 0.9) = 4 steps.
    const { heights, obstacles } = drawTerrain(new ScriptedRng([0, 0.5, coin, 0, 0.9]), true);
    for (let step = 0; step < 4; step++) {
      expectBlock(obstacles[step], (START + 4 * step) * STEP, LEVEL + step * rise * STEP, 4 * STEP, STEP);
    }
    // Gymnasium's ground below the stairs: at the k-th of the 16 points (k − rise) / 4 of a step higher or lower.
    for (let k = 1; k < 16; k++) expect(heights[START + k]).toBeCloseTo(LEVEL + ((k - rise) / 4) * rise * STEP, 12);
    expect(heights[START]).toBe(LEVEL);
  });
});
