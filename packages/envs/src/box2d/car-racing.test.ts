import { type EnvState, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { readTrace } from '../../test/trace.ts';
import { makeEnv } from '../registry.ts';
import type { CarScene } from './car/car-scene.ts';
import { CarRacing, carRacingV3 } from './car-racing.ts';

interface Episode {
  readonly seed: number;
  readonly tiles: number;
  readonly kerbs: number;
  /** Every 40th point of the track: seen from the middle, direction, x, y. */
  readonly points: readonly (readonly [number, number, number, number])[];
  /** Each played for ten steps. */
  readonly actions: readonly number[][];
  readonly rewards: readonly number[];
  /** x, y and angle of the car after every 20th step. */
  readonly places: readonly number[][];
  /** The last picture, each 6 × 6 pixels averaged: `[16, 16, 3]`. */
  readonly picture: readonly number[];
}

const sceneOf = (env: CarRacing): CarScene => (env as unknown as { scene: CarScene }).scene;
const gas = Float32Array.of(0, 1, 0);

/** `[16, 16, 3]` means of 6 × 6 pixels. */
function shrunk(picture: Uint8Array): number[] {
  const means = new Array<number>(16 * 16 * 3).fill(0);
  picture.forEach((value, i) => {
    const [pixel, part] = [Math.floor(i / 3), i % 3];
    const [row, column] = [Math.floor(pixel / 96), pixel % 96];
    means[(Math.floor(row / 6) * 16 + Math.floor(column / 6)) * 3 + part] += value / 36;
  });
  return means;
}

describe('CarRacing', () => {
  it.each(readTrace<{ episodes: Episode[] }>('CarRacing-v3').episodes)('drives as Gymnasium’s, seed $seed', episode => {
    const env = new CarRacing();
    env.reset({ seed: episode.seed });
    const { track, car } = sceneOf(env);
    expect(track.points).toHaveLength(episode.tiles);
    expect(track.kerbs.filter(kerb => kerb !== null)).toHaveLength(episode.kerbs);
    episode.points.forEach((point, i) => {
      const { alpha, beta, x, y } = track.points[40 * i];
      [alpha, beta, x, y].forEach((value, k) => {
        expect(value).toBeCloseTo(point[k], 9);
      });
    });
    const places: number[][] = [];
    let picture = new Uint8Array();
    episode.rewards.forEach((reward, t) => {
      const step = env.step(Float32Array.from(episode.actions[Math.floor(t / 10)]));
      expect(step.reward, `step ${t}`).toBeCloseTo(reward, 10);
      if (t % 20 === 19) places.push([car.hull.x, car.hull.y, car.hull.angle]);
      picture = step.obs as Uint8Array<ArrayBuffer>;
    });
    expect(places).toEqual(episode.places);
    const means = shrunk(picture);
    const away = episode.picture.map((value, i) => Math.abs(value - means[i]));
    expect(Math.max(...away)).toBeLessThan(40);
    expect(away.reduce((sum, value) => sum + value, 0) / away.length).toBeLessThan(1.5);
  });

  it('takes discrete actions: nothing, right, left, gas, brake', () => {
    const rest = [0, 0, 0];
    for (const [action, pedals] of [rest, [0.6, 0, 0], [-0.6, 0, 0], [0, 0.2, 0], [0, 0, 0.8]].entries()) {
      const [one, other] = [new CarRacing(carRacingV3, { isContinuous: false }), new CarRacing()];
      expect(one.spec.actionSpace).toMatchObject({ type: 'discrete', n: 5 });
      for (const env of [one, other]) env.reset({ seed: 2 });
      const played = Array.from({ length: 15 }, () => [one.step(action), other.step(Float32Array.from(pedals))]);
      for (const [a, b] of played) {
        expect(a.reward).toBeCloseTo(b.reward, 12);
        expect(Math.max(...a.obs.map((value, i) => Math.abs(value - b.obs[i])))).toBeLessThan(3);
      }
    }
  });

  it('pays for the tiles on which it starts, once, and ends with a lap', () => {
    const env = new CarRacing(carRacingV3, { lapCompletePercent: 0 });
    env.reset({ seed: 4 });
    const { visited, track } = sceneOf(env);
    expect(visited).toBeGreaterThan(0);
    const { reward, terminated, info } = env.step(new Float32Array(3));
    expect(reward).toBeCloseTo((1000 * visited) / track.tiles.length - 0.1, 10);
    expect([terminated, info]).toEqual([true, { lap_finished: true }]);
    env.reset({ seed: 4 });
    const other = new CarRacing();
    other.reset({ seed: 4 });
    other.step(new Float32Array(3));
    expect(other.step(new Float32Array(3)).reward).toBeCloseTo(-0.1, 10);
  });

  it('loses 100 where it leaves the field', () => {
    const env = makeEnv('CarRacing-v3');
    env.reset({ seed: 1 });
    const slow = Float32Array.of(0, 0.3, 0);
    let last = env.step(slow);
    for (let t = 0; t < 998 && !last.terminated; t++) last = env.step(slow);
    expect([last.terminated, last.reward, last.info]).toEqual([true, -100, { lap_finished: false }]);
  });

  it('draws the colours of each episode, before the track, and keeps them when told to', () => {
    const env = new CarRacing(carRacingV3, { domainRandomize: true });
    env.reset({ seed: 5 });
    const rng = new Rng(5);
    const draw = () => [0, 1, 2].map(() => rng.uniform(0, 210));
    const [road, field] = [draw(), draw()];
    const grass = [...field];
    grass[rng.integers(0, 3)] += 20;
    const colors = () => [...(env as unknown as { world: Float64Array }).world.slice(-9)];
    expect(colors()).toEqual([...road, ...field, ...grass]);
    // Numbers of Gymnasium 1.4.0 from this seed.
    expect(road[0]).toBeCloseTo(169.05061398652984, 9);
    expect(sceneOf(env).track.points).toHaveLength(296);
    expect(sceneOf(env).track.points[7].beta).toBeCloseTo(-0.10110528783824135, 9);
    env.reset({ options: { randomize: false } });
    expect(colors()).toEqual([...road, ...field, ...grass]);
    env.reset();
    expect(colors()[0]).not.toBe(road[0]);
  });

  it('goes on bit for bit from its state, with its colours', () => {
    const env = new CarRacing(carRacingV3, { domainRandomize: true });
    env.reset({ seed: 6 });
    env.reset({ options: { randomize: false } });
    for (let t = 0; t < 20; t++) env.step(gas);
    const state = structuredClone(env.state()) as EnvState;
    const turn = Float32Array.of(0.3, 0.5, 0);
    const expected = Array.from({ length: 10 }, () => env.step(turn));
    const other = new CarRacing(carRacingV3, { domainRandomize: true });
    other.restore(state);
    expect(other.state()).toEqual(state);
    expect(Array.from({ length: 10 }, () => other.step(turn))).toEqual(expected);
  });

  it('draws a larger picture for people: the car below the middle, gauges at the bottom', () => {
    const env = new CarRacing();
    expect(() => env.render()).toThrow(/Call reset first/);
    env.reset({ seed: 1 });
    for (let t = 0; t < 60; t++) env.step(gas);
    const { width, height, data } = env.render();
    expect([width, height]).toEqual([600, 400]);
    const at = (x: number, y: number) => [...data.slice(3 * (600 * y + x), 3 * (600 * y + x) + 3)];
    expect(at(300, 300)).toEqual([202, 0, 0]);
    expect(at(590, 390)).toEqual([0, 0, 0]);
  });
});
