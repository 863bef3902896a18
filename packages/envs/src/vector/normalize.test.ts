import { box, dict, discrete, type NumericArray, RunningStatistics, type SpaceValue, type VectorEnv } from '@zpin/contracts';
import { describe, expect, it } from 'vitest';
import { ArrayEnv } from '../base/array-env.ts';
import { makeVectorEnv } from '../registry.ts';
import { NormalizeObservation } from './normalize-observation.ts';
import { NormalizeReward } from './normalize-reward.ts';
import { SyncVectorEnv } from './sync-vector-env.ts';

/** Plays pseudo-random pushes; what each step wrote. */
function play(env: VectorEnv, steps: number, from = 0) {
  const out = env.createStep();
  if (from === 0) env.reset(out, 1);
  return Array.from({ length: steps }, (_, t) => {
    env.step(
      Float32Array.from({ length: env.numEnvs }, (_, i) => Math.sin(7 * (t + from) + i)),
      out,
    );
    return structuredClone(out);
  });
}

const pendulums = (options = {}) => makeVectorEnv('Pendulum-v1', 3, { maxEpisodeSteps: 20, ...options });

describe('NormalizeObservation', () => {
  it('subtracts the mean and divides by the deviation of what was seen so far', () => {
    const env = new NormalizeObservation(pendulums());
    const raw = pendulums();
    const [out, plain] = [env.createStep(), raw.createStep()];
    env.reset(out, 1);
    raw.reset(plain, 1);
    const velocities = [plain.obs[2], plain.obs[5], plain.obs[8]];
    const mean = velocities.reduce((sum, v) => sum + v, 0) / 3;
    const deviation = Math.sqrt(velocities.reduce((sum, v) => sum + (v - mean) ** 2, 0) / 3);
    expect(out.obs[5]).toBeCloseTo((velocities[1] - mean) / deviation, 4);
  });

  it('treats the last observation of an episode like the others, and counts first ones', () => {
    const env = new NormalizeObservation(pendulums());
    const last = play(env, 20).at(-1);
    expect([...(last?.truncated ?? [])]).toEqual([1, 1, 1]);
    expect(env.statistics.count).toBe(3 * 21);
    const raw = play(pendulums(), 20).at(-1);
    const expected = (raw?.finalObs[2] ?? Number.NaN) - env.statistics.mean[2];
    expect(last?.finalObs[2]).toBeCloseTo(expected / Math.sqrt(env.statistics.variance(2)), 4);
  });

  it('leaves indices and bytes of a record as they are', () => {
    const observationSpace = dict({
      bytes: box({ low: 0, high: 255, shape: [1], dtype: 'uint8' }),
      context: discrete(40, 10),
      speed: box({ low: -9, high: 9, shape: [1] }),
    });
    class Records extends ArrayEnv<SpaceValue, number> {
      protected readonly world = new Int32Array(1);
      constructor() {
        super({ id: 'Records-v0', observationSpace, actionSpace: discrete(1), maxEpisodeSteps: null, rewardThreshold: null });
      }
      protected start(): void {}
      protected advance(): void {
        this.world[0]++;
      }
      protected observe(out: NumericArray, offset: number): void {
        out.set([200, 49, this.world[0]], offset);
      }
    }
    const env = new NormalizeObservation(new SyncVectorEnv(() => new Records(), 1));
    const out = env.createStep();
    env.reset(out, 1);
    env.step(Int32Array.of(0), out);
    // Of 0 and 1 the second is one deviation above the mean.
    expect([...out.obs]).toEqual([200, 49, expect.closeTo(1, 6)]);
    const { bytes, context } = observationSpace.spaces;
    expect(env.spec.observationSpace).toEqual(dict({ bytes, context, speed: box({ low: -10, high: 10, shape: [1] }) }));
  });

  it('shares frozen statistics', () => {
    const training = new NormalizeObservation(pendulums());
    play(training, 50);
    const before = training.statistics.state();
    const evaluation = new NormalizeObservation(pendulums(), { statistics: training.statistics, isFrozen: true });
    const rows = play(evaluation, 10);
    expect(training.statistics.state()).toEqual(before);
    expect(Math.abs(rows[3].obs[0])).toBeLessThan(5);
  });

  it('clips, says so in its space, and goes on from a state', () => {
    const statistics = new RunningStatistics(3);
    for (const value of [0, 1e-3]) statistics.add([value, value, value]);
    const env = new NormalizeObservation(pendulums(), { statistics, isFrozen: true, clip: 2 });
    expect(env.spec.observationSpace).toMatchObject({ type: 'box', shape: [3], low: new Float32Array(3).fill(-2) });
    expect(play(env, 5).every(({ obs }) => obs.every(value => Math.abs(value) <= 2))).toBe(true);
    const [a, b] = [new NormalizeObservation(pendulums()), new NormalizeObservation(pendulums())];
    play(a, 30);
    b.restore(structuredClone(a.state()));
    expect(play(b, 30, 30)).toEqual(play(a, 30, 30));
    expect(() => new NormalizeObservation(makeVectorEnv('FrozenLake-v1', 1))).toThrow(
      /must have floats without a scale of their own/,
    );
  });
});

describe('NormalizeReward', () => {
  it('divides by the deviation of discounted returns, which start anew with each episode', () => {
    const env = new NormalizeReward(pendulums(), { gamma: 0.9, clip: 1e9 });
    const raw = play(pendulums(), 45).map(({ reward }) => [...reward]);
    const seen: number[] = [];
    const returns = [0, 0, 0];
    play(env, 45).forEach(({ reward }, t) => {
      raw[t].forEach((r, i) => {
        returns[i] = (t % 20 === 0 ? 0 : returns[i] * 0.9) + r;
        seen.push(returns[i]);
      });
      const mean = seen.reduce((sum, r) => sum + r, 0) / seen.length;
      const deviation = Math.sqrt(seen.reduce((sum, r) => sum + (r - mean) ** 2, 0) / seen.length);
      raw[t].forEach((r, i) => {
        expect(reward[i]).toBeCloseTo(r / deviation, 3);
      });
    });
    expect([...env.rawReward]).toEqual(raw.at(-1));
  });

  it('clips, can be frozen, and goes on from a state', () => {
    expect(
      play(new NormalizeReward(pendulums(), { clip: 0.1 }), 50).every(({ reward }) =>
        reward.every(r => Math.abs(r) <= Math.fround(0.1)),
      ),
    ).toBe(true);
    const frozen = new NormalizeReward(pendulums(), { isFrozen: true, clip: 1e9 });
    expect(play(frozen, 5)[4].reward[0]).toBeCloseTo(play(pendulums(), 5)[4].reward[0], 5);
    const [a, b] = [new NormalizeReward(pendulums()), new NormalizeReward(pendulums())];
    play(a, 30);
    b.restore(structuredClone(a.state()));
    expect(play(b, 30, 30)).toEqual(play(a, 30, 30));
    expect(() => new NormalizeReward(pendulums(), { gamma: 2 })).toThrow(/gamma/);
  });
});

describe('numbers that are not finite', () => {
  /** Two copies, of which the second shows and pays `bad` in the third step. */
  const broken = (bad: number): VectorEnv => {
    let t = 0;
    return new SyncVectorEnv(
      i => ({
        spec: {
          id: 'Broken-v0',
          observationSpace: box({ low: -9, high: 9, shape: [2] }),
          actionSpace: discrete(2),
          maxEpisodeSteps: null,
          rewardThreshold: null,
        },
        reset: () => ({ obs: Float32Array.of(1, 2), info: {} }),
        step() {
          if (i === 0) t++;
          const value = i === 1 && t === 3 ? bad : t;
          return { obs: Float32Array.of(1, value), reward: value, terminated: false, truncated: false, info: {} };
        },
      }),
      2,
    );
  };
  const actions = new Int32Array(2);

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('such as %d stay, and enter no statistics', bad => {
    const [seen, paid] = [new NormalizeObservation(broken(bad)), new NormalizeReward(broken(bad))];
    const [out, wages] = [seen.createStep(), paid.createStep()];
    seen.reset(out, 1);
    paid.reset(wages, 1);
    for (let t = 0; t < 3; t++) {
      seen.step(actions, out);
      paid.step(actions, wages);
    }
    expect(out.obs[3]).toBe(bad);
    expect(wages.reward[1]).toBe(bad);
    // Two rows of each of four observations, but for one; two rewards of each of three steps, but for one.
    expect([seen.statistics.count, paid.statistics.count]).toEqual([7, 5]);
    for (const { statistics } of [seen, paid]) {
      expect([...statistics.mean, statistics.variance(0)].every(Number.isFinite)).toBe(true);
    }
    seen.step(actions, out);
    paid.step(actions, wages);
    expect([...out.obs, ...wages.reward].every(Number.isFinite)).toBe(true);
  });
});
