import { discrete, Rng } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrioritizedReplay } from './prioritized-replay.ts';
import { UniformReplay } from './uniform-replay.ts';

const spaces = { observationSpace: discrete(1_000_000), actionSpace: discrete(2) };

interface Step {
  readonly reward: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

/** Steps of all environments at one time; observations number them, so that a batch tells where it came from. */
function rows(time: number, steps: readonly Step[]) {
  const obs = Int32Array.from(steps, (_, env) => 1000 * env + time);
  return {
    obs,
    action: new Int32Array(steps.length),
    reward: Float32Array.from(steps, step => step.reward),
    nextObs: obs.map(o => o + 500_000),
    terminated: Uint8Array.from(steps, step => Number(step.terminated)),
    truncated: Uint8Array.from(steps, step => Number(step.truncated)),
  };
}

const plain = (reward: number): Step => ({ reward, terminated: false, truncated: false });

describe('n-step transitions', () => {
  /** All that one environment's steps give with n = 3 and γ = 0.5: [reward, discount, time of the successor] by first step. */
  function all(steps: readonly Step[]): Map<number, number[]> {
    const replay = new UniformReplay({ ...spaces, capacity: 20, gamma: 0.5, nSteps: 3 });
    for (const [time, step] of steps.entries()) replay.add(rows(time, [step]));
    const { obs, reward, discount, nextObs } = replay.sample(200, new Rng(1));
    return new Map(Array.from(obs, (time, i) => [time, [reward[i], discount[i], nextObs[i] - 500_000]]));
  }

  it('sum three rewards and bootstrap with the cube of the discount', () => {
    const found = all([plain(1), plain(2), plain(4), plain(8), plain(16)]);
    expect(found.get(0)).toEqual([1 + 1 + 1, 0.125, 2]);
    expect(found.get(2)).toEqual([4 + 4 + 4, 0.125, 4]);
  });

  it('end at the newest row, with the discount of the steps there are', () => {
    const found = all([plain(1), plain(2), plain(4)]);
    expect(found.get(1)).toEqual([2 + 2, 0.25, 2]);
    expect(found.get(2)).toEqual([4, 0.5, 2]);
  });

  it('end at a termination and do not bootstrap', () => {
    const found = all([plain(1), { reward: 2, terminated: true, truncated: false }, plain(4), plain(8)]);
    expect(found.get(0)).toEqual([1 + 1, 0, 1]);
    expect(found.get(1)).toEqual([2, 0, 1]);
    expect(found.get(2)).toEqual([4 + 4, 0.25, 3]);
  });

  it('end where the episodes in progress were cut, in all environments and across the end of the ring', () => {
    for (const offset of [0, 1, 2, 3, 4]) {
      const replay = new PrioritizedReplay({ ...spaces, capacity: 9, gamma: 0.5, nSteps: 3, betaAnnealing: 10 });
      replay.cut();
      for (let time = 0; time < offset; time++) replay.add(rows(time, [plain(9), plain(9)]));
      replay.add(rows(100, [plain(1), plain(2)]));
      replay.cut();
      replay.add(rows(101, [plain(4), plain(8)]));
      replay.add(rows(102, [plain(16), plain(32)]));
      const { obs, reward, discount, nextObs } = replay.sample(200, new Rng(1));
      const found = new Map(Array.from(obs, (o, i) => [o, [reward[i], discount[i], nextObs[i] - 500_000]]));
      expect(found.get(100)).toEqual([1, 0.5, 100]);
      expect(found.get(1100)).toEqual([2, 0.5, 1100]);
      expect(found.get(101)).toEqual([4 + 8, 0.25, 102]);
      expect(found.get(1101)).toEqual([8 + 16, 0.25, 1102]);
    }
  });

  it('are cut where more environments step than there is room for', () => {
    const replay = new PrioritizedReplay({ ...spaces, capacity: 3, gamma: 0.5, nSteps: 3, betaAnnealing: 10 });
    replay.add(
      rows(
        0,
        Array.from({ length: 8 }, (_, copy) => plain(copy)),
      ),
    );
    expect(() => replay.cut()).not.toThrow();
    expect(replay.size).toBe(3);
  });

  it('end at a time limit and bootstrap from there', () => {
    const found = all([plain(1), { reward: 2, terminated: false, truncated: true }, plain(4), plain(8)]);
    expect(found.get(0)).toEqual([1 + 1, 0.25, 1]);
    expect(found.get(1)).toEqual([2, 0.5, 1]);
  });

  it('equal those read off whole episodes, for any episodes, environments, and after overwriting', () => {
    const step = fc.record({
      reward: fc.integer({ min: -4, max: 4 }),
      terminated: fc.integer({ min: 0, max: 5 }).map(x => x === 0),
      truncated: fc.integer({ min: 0, max: 5 }).map(x => x === 0),
    });
    const settings = fc.record({
      envs: fc.integer({ min: 1, max: 3 }),
      nSteps: fc.integer({ min: 1, max: 5 }),
      capacity: fc.integer({ min: 3, max: 17 }),
    });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(step, step, step), { minLength: 1, maxLength: 20 }),
        settings,
        (history, { envs, nSteps, capacity }) => {
          const memory = { ...spaces, capacity, gamma: 0.5, nSteps };
          for (const replay of [new UniformReplay(memory), new PrioritizedReplay({ ...memory, betaAnnealing: 10 })]) {
            for (const [time, steps] of history.entries()) replay.add(rows(time, steps.slice(0, envs)));
            const { obs, reward, discount, nextObs } = replay.sample(30, new Rng(2));
            for (let i = 0; i < 30; i++) {
              const [env, start] = [Math.floor(obs[i] / 1000), obs[i] % 1000];
              // Only what was added last can still be there.
              expect(history.length * envs - (start * envs + env)).toBeLessThanOrEqual(capacity);
              let [sum, factor, time] = [0, 1, start];
              for (; ; time++) {
                const now = history[time][env];
                sum += factor * now.reward;
                factor *= 0.5;
                if (now.terminated || now.truncated || time - start === nSteps - 1 || time === history.length - 1) break;
              }
              expect([reward[i], discount[i]]).toEqual([sum, history[time][env].terminated ? 0 : factor]);
              expect(nextObs[i]).toBe(500_000 + 1000 * env + time);
            }
          }
        },
      ),
    );
  });

  it('must come in equal numbers, also after a resume', () => {
    const options = { ...spaces, capacity: 9, gamma: 0.5, nSteps: 2 };
    const replay = new UniformReplay(options);
    replay.add(rows(0, [plain(1), plain(2)]));
    expect(() => replay.add(rows(1, [plain(1)]))).toThrow(/must come 2 at a time, one per environment, got 1/);
    const resumed = new UniformReplay(options);
    resumed.restore(replay.state());
    expect(() => resumed.add(rows(1, [plain(1)]))).toThrow(/must come 2 at a time/);
    expect(() => new UniformReplay({ ...options, nSteps: 0 })).toThrow(/nSteps/);
  });
});
