import { type NumericArray, Rng } from '@zpin/core/spec';
import { describe, expect, it } from 'vitest';
import { LcgRng } from '../../test/lcg-rng.ts';
import { readTrace } from '../../test/trace.ts';
import { BipedalWalker, bipedalWalkerHardcoreV3, bipedalWalkerV3 } from './bipedal-walker.ts';
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
    expect(distance(env.reset({ seed: new LcgRng(episode.lcg_seed) }).obs, episode.obs0)).toBeLessThan(1e-4);
    episode.actions.forEach((action, t) => {
      const { obs, reward, terminated } = env.step(Float32Array.from(action));
      expect(distance(obs, episode.obs[t]), `step ${t}`).toBeLessThan(1e-3);
      expect(Math.abs(reward - episode.rewards[t]), `step ${t}`).toBeLessThan(1e-3);
      expect(terminated).toBe(false);
    });
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
    const cost = (actions: number[]) => {
      const env = new BipedalWalker();
      const { obs } = env.reset({ seed: 4 });
      const next = env.step(Float32Array.from(actions));
      // 0.3 · vx · 20 / 50 is the observed speed; a step moves the centre of the hull by vx / 50, about which it turns.
      const way = next.obs[2] / 0.3 / 20;
      const tilt = Math.abs(next.obs[0]) - Math.abs(obs[0]);
      return (130 / 30) * way - 5 * tilt - next.reward;
    };
    const torque = 0.00035 * 80;
    expect(cost([0, 0, 0, 0])).toBeCloseTo(0, 2);
    expect(cost([0.1, 0, 0, -0.1]) - cost([0, 0, 0, 0])).toBeCloseTo(0.2 * torque, 2);
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
    // The hull starts 2 · 34/30 above flat ground, and so far a ray of 160/30 goes at 0.15 rad per ray from straight down.
    for (let ray = 0; ray < 8; ray++) expect(obs[14 + ray] * Math.cos(0.15 * ray)).toBeCloseTo((2 * 34) / 160, 2);
  });
});

/** Plays given numbers in [0, 1). */
class ScriptedRng extends Rng {
  private readonly script: number[];

  constructor(script: readonly number[]) {
    super(0);
    this.script = [...script];
  }

  override random(): number {
    return this.script.shift() ?? 0.5;
  }

  override integers(low: number, high: number): number {
    return low + Math.floor((high - low) * this.random());
  }
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
    const x = START * STEP;
    expect(obstacles[0]).toEqual([
      { x, y: LEVEL + 2 * STEP },
      { x: x + 2 * STEP, y: LEVEL + 2 * STEP },
      { x: x + 2 * STEP, y: LEVEL },
      { x, y: LEVEL },
    ]);
    expect(heights.slice(0, START + 3)).toEqual(level(START + 3));
  });

  it('digs a pit between two walls', () => {
    // Kind 3, and 3 + floor(2 · 0.6) = 4 points across, two more for the walls.
    const { heights, obstacles } = drawTerrain(new ScriptedRng([0, 0.9, 0.6]), true);
    const x = START * STEP;
    expect(obstacles.slice(0, 2).map(corners => [corners[0], corners[2]])).toEqual([
      [
        { x, y: LEVEL },
        { x: x + STEP, y: LEVEL - 4 * STEP },
      ],
      [
        { x: x + 4 * STEP, y: LEVEL },
        { x: x + 4 * STEP + STEP, y: LEVEL - 4 * STEP },
      ],
    ]);
    const deep = LEVEL - 4 * STEP;
    expect(heights.slice(START, START + 7)).toEqual([LEVEL, deep, deep, deep, deep, LEVEL, LEVEL]);
  });

  it.each([
    [0.9, 1],
    [0.1, -1],
  ])('builds stairs: coin %d goes by steps of %d', (coin, rise) => {
    // Kind 2, the coin, a width of 4 (drawn from 4 alone), and 3 + floor(2 · 0.9) = 4 steps.
    const { heights, obstacles } = drawTerrain(new ScriptedRng([0, 0.5, coin, 0, 0.9]), true);
    const x = START * STEP;
    expect(obstacles.length).toBeGreaterThanOrEqual(4);
    for (let step = 0; step < 4; step++) {
      const [topLeft, , bottomRight] = obstacles[step];
      expect(topLeft.x).toBeCloseTo(x + 4 * step * STEP, 12);
      expect(topLeft.y).toBeCloseTo(LEVEL + step * rise * STEP, 12);
      expect(bottomRight.x).toBeCloseTo(x + 4 * (step + 1) * STEP, 12);
      expect(topLeft.y - bottomRight.y).toBeCloseTo(STEP, 12);
    }
    // Gymnasium's ground below the stairs: at the k-th of the 16 points (k − rise) / 4 of a step higher or lower.
    for (let k = 1; k < 16; k++) expect(heights[START + k]).toBeCloseTo(LEVEL + ((k - rise) / 4) * rise * STEP, 12);
    expect(heights[START]).toBe(LEVEL);
  });
});
