import { discrete, Rng } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PrioritizedReplay, type PrioritizedReplayOptions } from './prioritized-replay.ts';

const options = {
  capacity: 8,
  observationSpace: discrete(1000),
  actionSpace: discrete(2),
  gamma: 0.9,
  alpha: 0.5,
  beta: 0.4,
  betaAnnealing: 100,
} satisfies PrioritizedReplayOptions;

/** `count` transitions numbered from `first` on. */
function transitions(first: number, count: number) {
  const obs = Int32Array.from({ length: count }, (_, i) => first + i);
  const none = new Uint8Array(count);
  return { obs, nextObs: obs, action: new Int32Array(count), reward: new Float32Array(count), terminated: none, truncated: none };
}

const none = new Int32Array(0);

describe('PrioritizedReplay', () => {
  it('draws in proportion to the power of the error', () => {
    const replay = new PrioritizedReplay(options);
    replay.add(transitions(0, 4));
    replay.updatePriorities(Int32Array.of(0, 1, 2, 3), Float32Array.of(1, 4, 9, 16));
    const counts = [0, 0, 0, 0];
    for (const index of replay.sample(10_000, new Rng(1)).index ?? none) counts[index]++;
    // √1 : √4 : √9 : √16. Each range of the total gives one draw, so counts are right to within one.
    for (const [i, count] of counts.entries()) expect(Math.abs(count - 1000 * (i + 1))).toBeLessThanOrEqual(1);
  });

  it('weighs by (N P)^-beta over the largest of the batch', () => {
    const replay = new PrioritizedReplay(options);
    replay.add(transitions(0, 4));
    replay.updatePriorities(Int32Array.of(0, 1, 2, 3), Float32Array.of(1, 4, 9, 16));
    const { index = none, weight = new Float32Array(0) } = replay.sample(50, new Rng(1));
    // β has risen by 4 of 100 transitions: 0.4 + 0.6 · 0.04. The smallest error has the largest weight.
    const beta = 0.424;
    expect(replay.beta).toBeCloseTo(beta, 12);
    for (const [i, row] of index.entries()) expect(weight[i]).toBeCloseTo((0.1 / ((row + 1) / 10)) ** beta, 5);
  });

  it('lets beta rise to 1 and no further', () => {
    const replay = new PrioritizedReplay({ ...options, betaAnnealing: 20 });
    expect(replay.beta).toBe(0.4);
    replay.add(transitions(0, 10));
    expect(replay.beta).toBeCloseTo(0.7, 12);
    replay.add(transitions(10, 50));
    expect(replay.beta).toBe(1);
  });

  it('gives new transitions the largest priority so far', () => {
    const replay = new PrioritizedReplay({ ...options, alpha: 1 });
    replay.add(transitions(0, 2));
    replay.updatePriorities(Int32Array.of(0, 1), Float32Array.of(9, 3));
    replay.updatePriorities(Int32Array.of(0), Float32Array.of(1));
    replay.add(transitions(2, 1));
    const counts = [0, 0, 0];
    for (const index of replay.sample(1300, new Rng(1)).index ?? none) counts[index]++;
    // 1 : 3 : 9
    for (const [i, wanted] of [100, 300, 900].entries()) expect(Math.abs(counts[i] - wanted)).toBeLessThanOrEqual(1);
  });

  it('forgets an early outlier where new transitions get the largest priority of those stored', () => {
    const draws = (replay: PrioritizedReplay, rows: number) => {
      const counts = new Array<number>(rows).fill(0);
      for (const index of replay.sample(1000, new Rng(1)).index ?? none) counts[index]++;
      return counts;
    };
    const close = (counts: number[], wanted: number[]) =>
      counts.forEach((count, i) => expect(Math.abs(count - wanted[i])).toBeLessThanOrEqual(1));
    const replay = new PrioritizedReplay({ ...options, alpha: 1, newPriority: 'largest-stored' });
    replay.add(transitions(0, 2));
    replay.updatePriorities(Int32Array.of(0, 1), Float32Array.of(1000, 3));
    replay.updatePriorities(Int32Array.of(0), Float32Array.of(1));
    replay.add(transitions(2, 2));
    // 1 : 3 : 3 : 3
    close(draws(replay, 4), [100, 300, 300, 300]);
    // The same after the memory was saved and taken back.
    const resumed = new PrioritizedReplay({ ...options, alpha: 1, newPriority: 'largest-stored' });
    resumed.restore(structuredClone(replay.state()));
    for (const one of [replay, resumed]) {
      one.updatePriorities(Int32Array.of(1, 2, 3), Float32Array.of(1, 1, 1));
      one.add(transitions(4, 1));
      close(draws(one, 5), [200, 200, 200, 200, 200]);
    }
  });

  it('takes no error for more than the clip', () => {
    const replay = new PrioritizedReplay({ ...options, alpha: 1, epsilon: 0.5, clip: 2 });
    replay.add(transitions(0, 3));
    replay.updatePriorities(Int32Array.of(0, 1, 2), Float32Array.of(100, 0.5, 1));
    replay.add(transitions(3, 1));
    const counts = [0, 0, 0, 0];
    for (const index of replay.sample(650, new Rng(1)).index ?? none) counts[index]++;
    // min(100.5, 2), 0.5 + 0.5, 1 + 0.5, and 2 of the new one.
    for (const [i, wanted] of [200, 100, 150, 200].entries()) expect(Math.abs(counts[i] - wanted)).toBeLessThanOrEqual(1);
  });

  it('begins with no more than the clip', () => {
    const replay = new PrioritizedReplay({ ...options, alpha: 1, clip: 0.5 });
    replay.add(transitions(0, 1));
    expect(replay.state().priorities).toEqual(Float64Array.of(0.5));
  });

  it('draws uniformly with weights of 1 when alpha is 0', () => {
    const replay = new PrioritizedReplay({ ...options, alpha: 0 });
    replay.add(transitions(0, 5));
    replay.updatePriorities(Int32Array.of(0, 1), Float32Array.of(100, 0));
    const { index = none, weight = new Float32Array(0) } = replay.sample(500, new Rng(1));
    for (let row = 0; row < 5; row++) expect(Math.abs(index.filter(i => i === row).length - 100)).toBeLessThanOrEqual(1);
    expect(weight.every(w => w === 1)).toBe(true);
  });

  it('draws one from each of equal ranges', () => {
    const replay = new PrioritizedReplay(options);
    replay.add(transitions(0, 8));
    expect([...(replay.sample(8, new Rng(5)).index ?? none)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('keeps what is stored, weights and priorities exact through any commands and resumes', () => {
    const command = fc.oneof(
      fc.record({ type: fc.constant('add' as const), n: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ type: fc.constant('learn' as const), n: fc.integer({ min: 1, max: 6 }) }),
      fc.record({ type: fc.constant('resume' as const), n: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), commands => {
        let replay = new PrioritizedReplay(options);
        const never = new PrioritizedReplay(options);
        const [rng, same] = [new Rng(1), new Rng(1)];
        let added = 0;
        for (const { type, n } of commands) {
          if (type === 'add') {
            for (const one of [replay, never]) one.add(transitions(added, n));
            added += n;
          } else if (type === 'resume') {
            const saved = structuredClone(replay.state());
            replay = new PrioritizedReplay(options);
            replay.restore(saved);
          } else if (replay.size > 0) {
            const batch = replay.sample(n, rng);
            const { index = none } = batch;
            expect(batch).toEqual(never.sample(n, same));
            for (const k of batch.obs) expect(k >= added - replay.size && k < added).toBe(true);
            const errors = Float32Array.from(index, row => (row * 7 + n) % 5);
            for (const one of [replay, never]) one.updatePriorities(index, errors);
          }
          expect(replay.state()).toEqual(never.state());
        }
      }),
    );
  });

  it('keeps the priority of a row whose error is no number', () => {
    const replay = new PrioritizedReplay(options);
    replay.add(transitions(0, 2));
    const before = structuredClone(replay.state());
    replay.updatePriorities(Int32Array.of(0, 1), Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY));
    expect(replay.state()).toEqual(before);
  });

  it('refuses settings out of range, and to draw from nothing', () => {
    for (const bad of [
      { alpha: -1 },
      { beta: 1.1 },
      { epsilon: 0 },
      { clip: 0 },
      { betaAnnealing: 0 },
      { gamma: 2 },
      { capacity: 0 },
    ]) {
      expect(() => new PrioritizedReplay({ ...options, ...bad })).toThrow(new RegExp(Object.keys(bad)[0]));
    }
    expect(() => new PrioritizedReplay(options).sample(1, new Rng(0))).toThrow(/at least one transition/);
  });
});
