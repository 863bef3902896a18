import { type NumericArray, Rng } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { LcgRng } from '../../test/lcg-rng.ts';
import { readTrace } from '../../test/trace.ts';
import { LunarLander, lunarLanderContinuousV3, lunarLanderV3 } from './lunar-lander.ts';

interface Episode {
  readonly lcg_seed: number;
  readonly obs0: number[];
  readonly actions: readonly (number | number[])[];
  /** Of the first 40 steps. */
  readonly obs: readonly number[][];
  readonly rewards: readonly number[];
  readonly length: number;
  readonly return: number;
  readonly lastReward: number;
}

const distance = (a: NumericArray, b: readonly number[]) => Math.max(...b.map((value, i) => Math.abs(a[i] - value)));
const play = (env: LunarLander, actions: readonly number[]) => actions.map(action => env.step(action));
const speedX = (obs: Float32Array | number) => ((obs as Float32Array)[2] * 50) / 10;

describe.each([lunarLanderV3, lunarLanderContinuousV3])('$id', spec => {
  it.each(readTrace<{ episodes: Episode[] }>(spec.id).episodes)('plays as recorded from $lcg_seed', episode => {
    const env = new LunarLander(spec);
    expect(distance(env.reset({ seed: new LcgRng(episode.lcg_seed) }).obs, episode.obs0)).toBeLessThan(1e-6);
    let sum = 0;
    episode.actions.forEach((action, t) => {
      const { obs, reward, terminated } = env.step(typeof action === 'number' ? action : Float32Array.from(action));
      if (t < episode.obs.length) {
        expect(distance(obs, episode.obs[t]), `step ${t}`).toBeLessThan(1e-6);
        expect(Math.abs(reward - episode.rewards[t]), `step ${t}`).toBeLessThan(1e-6);
      }
      expect(terminated, `step ${t}`).toBe(t === episode.length - 1);
      if (terminated) expect(reward).toBe(episode.lastReward);
      sum += reward;
    });
    expect(Math.abs(sum - episode.return)).toBeLessThan(1e-3);
  });
});

describe('LunarLander', () => {
  it('lets the heuristic policy of Gymnasium land as often as it does there', () => {
    const env = new LunarLander();
    let sum = 0;
    let landed = 0;
    for (let seed = 0; seed < 100; seed++) {
      let { obs } = env.reset({ seed });
      for (let ended = false; !ended; ) {
        const result = env.step(heuristic(obs));
        ended = result.terminated || result.truncated;
        sum += result.reward / 100;
        landed += result.terminated && result.reward === 100 ? 1 : 0;
        obs = result.obs;
      }
    }
    expect(Math.abs(sum - 240)).toBeLessThan(15);
    expect(landed).toBeGreaterThan(85);
  });

  it('charges for fuel: 0.3 a step for the main engine, 0.03 for one at a side', () => {
    const shaping = ([x, y, vx, vy, angle, , a, b]: NumericArray) =>
      -100 * (Math.hypot(x, y) + Math.hypot(vx, vy) + Math.abs(angle)) + 10 * (a + b);
    const env = new LunarLander();
    let { obs } = env.reset({ seed: 3 });
    for (const [action, fuel] of [0, 0.03, 0.3, 0.03].entries()) {
      const result = env.step(action);
      expect(result.reward).toBeCloseTo(shaping(result.obs) - shaping(obs) - fuel, 3);
      obs = result.obs;
    }
  });

  it('reads throttles as the original: main from 50 %, sides beyond one half, clipped', () => {
    const after = (throttles: number[]) => {
      const env = new LunarLander(lunarLanderContinuousV3);
      env.reset({ seed: 3 });
      return env.step(Float32Array.from(throttles)).obs;
    };
    const discrete = (action: number) => {
      const env = new LunarLander();
      env.reset({ seed: 3 });
      return env.step(action).obs;
    };
    expect(after([0, 0.5])).toEqual(discrete(0));
    expect(after([-0.7, -0.5])).toEqual(discrete(0));
    expect(after([1, 0])).toEqual(discrete(2));
    expect(after([5, 0])).toEqual(discrete(2));
    expect(after([0, -1])).toEqual(discrete(1));
    expect(after([0, 9])).toEqual(discrete(3));
    // The upward push of half a throttle above 0 is 75 % of the full one.
    const [none, half, full] = [0, 0.5, 1].map(main => after([main, 0])[3]);
    expect((half - none) / (full - none)).toBeCloseTo(0.75, 4);
  });

  it('is blown about by the wind until a leg touches', () => {
    const flight = Array<number>(20).fill(0);
    const calm = new LunarLander(lunarLanderV3, { enableWind: true, windPower: 0, turbulencePower: 0 });
    const windy = new LunarLander(lunarLanderV3, { enableWind: true, turbulencePower: 0 });
    const before = [calm, windy].map(env => speedX(env.reset({ seed: 8 }).obs));
    const still = play(calm, flight);
    const blown = play(windy, flight);
    // Where the wind starts in its pattern comes after 12 heights and 2 forces.
    const rng = new Rng(8);
    for (let i = 0; i < 14; i++) rng.random();
    const start = rng.integers(-9999, 9999);
    const mass = 5 * hullArea() + 2 * ((4 / 30) * (16 / 30));
    let push = 0;
    const gust = (k: number) => Math.tanh(Math.sin(0.02 * k) + Math.sin(0.01 * Math.PI * k));
    for (let k = start + 1; k <= start + 20; k++) push += (15 * gust(k)) / mass / 50;
    const gained = speedX(blown[19].obs) - before[1] - (speedX(still[19].obs) - before[0]);
    expect(Math.abs(gained / push - 1)).toBeLessThan(0.05);
  });

  it('plays as without wind when the wind has no power, as long as no engine runs', () => {
    const [plain, calm] = [{}, { enableWind: true, windPower: 0, turbulencePower: 0 }].map(options => {
      const env = new LunarLander(lunarLanderV3, options);
      env.reset({ seed: 8 });
      return play(env, Array<number>(30).fill(0));
    });
    expect(calm).toEqual(plain);
  });

  it('falls as fast as gravity says', () => {
    const fall = (gravity: number) => {
      const env = new LunarLander(lunarLanderV3, { gravity });
      const { obs } = env.reset({ seed: 1 });
      return ((env.step(0).obs[3] - obs[3]) * 50) / (400 / 60);
    };
    expect(fall(-10)).toBeCloseTo(-10 / 50, 1);
    expect(fall(-5) - fall(-10)).toBeCloseTo(5 / 50, 3);
  });

  it('refuses settings out of range, and pictures before the first episode', () => {
    expect(() => new LunarLander(lunarLanderV3, { gravity: 1 })).toThrow(
      'LunarLander-v3: gravity must be a number in (-12, 0), got 1.',
    );
    expect(() => new LunarLander(lunarLanderV3, { gravity: Number.NaN })).toThrow(/gravity/);
    expect(() => new LunarLander(lunarLanderV3, { windPower: -1 })).toThrow(/windPower must be a number >= 0, got -1/);
    expect(() => new LunarLander().render()).toThrow('LunarLander-v3.render: an episode must have been started, got "none".');
  });
});

/** Square metres, by the shoelace formula. */
function hullArea(): number {
  const corners = [-14, 17, -17, 0, -17, -10, 17, -10, 17, 0, 14, 17];
  let twice = 0;
  for (let i = 0; i < 12; i += 2) {
    twice += corners[i] * corners[(i + 3) % 12] - corners[(i + 2) % 12] * corners[i + 1];
  }
  return twice / 2 / 900;
}

/** Gymnasium's own policy. */
function heuristic([x, y, vx, vy, angle, spin, leg0, leg1]: Float32Array): number {
  const hasTouched = leg0 + leg1 > 0;
  const target = Math.min(0.4, Math.max(-0.4, 0.5 * x + vx));
  const turn = hasTouched ? 0 : 0.5 * (target - angle) - spin;
  const up = hasTouched ? -0.5 * vy : 0.5 * (0.55 * Math.abs(x) - y) - 0.5 * vy;
  if (up > Math.abs(turn) && up > 0.05) return 2;
  if (turn < -0.05) return 3;
  return turn > 0.05 ? 1 : 0;
}
