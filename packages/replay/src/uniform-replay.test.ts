import { box, discrete, multiBinary, Rng, type TransitionRows } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UniformReplay } from './uniform-replay.ts';

const pixels = box({ low: 0, high: 255, shape: [2], dtype: 'uint8' });
const options = { capacity: 7, observationSpace: pixels, actionSpace: discrete(4), gamma: 0.9 };

/** N transitions numbered from `first` on; number k tells what every column must hold. */
function transitions(first: number, n: number): TransitionRows {
  const numbers = Array.from({ length: n }, (_, i) => first + i);
  return {
    obs: Uint8Array.from(numbers.flatMap(k => [k, k + 1])),
    action: Int32Array.from(numbers, k => k % 4),
    reward: Float32Array.from(numbers, k => k / 2),
    nextObs: Uint8Array.from(numbers.flatMap(k => [k + 1, k + 2])),
    terminated: Uint8Array.from(numbers, k => +(k % 3 === 0)),
    truncated: Uint8Array.from(numbers, k => +(k % 5 === 0)),
  };
}

describe('UniformReplay', () => {
  it('holds the last transitions, whatever was added, sampled, saved and restored', () => {
    const command = fc.oneof(
      fc.record({ type: fc.constant('add' as const), n: fc.integer({ min: 1, max: 20 }) }),
      fc.record({ type: fc.constant('sample' as const), n: fc.integer({ min: 1, max: 9 }) }),
      fc.record({ type: fc.constant('resume' as const), n: fc.constant(0) }),
    );
    fc.assert(
      fc.property(fc.array(command, { maxLength: 12 }), fc.nat(), (commands, seed) => {
        let replay = new UniformReplay(options);
        const rng = new Rng(seed);
        let added = 0;
        for (const { type, n } of commands) {
          if (type === 'add') {
            replay.add(transitions(added, n));
            added += n;
          } else if (type === 'resume') {
            const saved = structuredClone(replay.state());
            replay = new UniformReplay(options);
            replay.restore(saved);
            expect(replay.state()).toEqual(saved);
          } else if (replay.size > 0) {
            const batch = replay.sample(n, rng);
            for (let i = 0; i < n; i++) {
              const k = batch.obs[2 * i];
              expect(k >= added - replay.size && k < added).toBe(true);
              expect([batch.obs[2 * i + 1], batch.nextObs[2 * i], batch.nextObs[2 * i + 1]]).toEqual([k + 1, k + 1, k + 2]);
              expect([batch.action[i], batch.reward[i]]).toEqual([k % 4, k / 2]);
              expect(batch.discount[i]).toBe(k % 3 === 0 ? 0 : Math.fround(0.9));
            }
          }
          expect(replay.size).toBeLessThanOrEqual(7);
        }
      }),
    );
  });

  it('draws every stored transition equally often, and only those', () => {
    const replay = new UniformReplay(options);
    replay.add(transitions(0, 10));
    const counts = new Map<number, number>();
    const rng = new Rng(1);
    for (const k of replay.sample(7000, rng).obs.filter((_, i) => i % 2 === 0)) counts.set(k, (counts.get(k) ?? 0) + 1);
    expect([...counts.keys()].sort()).toEqual([3, 4, 5, 6, 7, 8, 9]);
    // Each count is binomial(7000, 1/7): mean 1000, deviation 29.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });

  it('does not take a time limit for an end', () => {
    const replay = new UniformReplay(options);
    replay.add({ ...transitions(5, 1), terminated: Uint8Array.of(0), truncated: Uint8Array.of(1) });
    replay.add({ ...transitions(5, 1), terminated: Uint8Array.of(1), truncated: Uint8Array.of(1) });
    const { index = new Int32Array(0), discount } = replay.sample(50, new Rng(0));
    expect([...discount]).toEqual([...index].map(i => (i === 0 ? Math.fround(0.9) : 0)));
  });

  it('keeps element types and reuses its arrays', () => {
    const replay = new UniformReplay({
      ...options,
      observationSpace: multiBinary(2),
      actionSpace: box({ low: -1, high: 1, shape: [3] }),
    });
    replay.add({
      ...transitions(1, 2),
      obs: Uint8Array.of(0, 1, 1, 0),
      nextObs: new Uint8Array(4),
      action: new Float32Array(6).fill(0.5),
    });
    const batch = replay.sample(4, new Rng(0));
    expect([batch.obs, batch.action, batch.reward].map(a => a.constructor)).toEqual([Uint8Array, Float32Array, Float32Array]);
    expect(batch.action).toHaveLength(12);
    expect(replay.sample(4, new Rng(1))).toBe(batch);
    expect(replay.sample(5, new Rng(1))).not.toBe(batch);
  });

  it('stores masks when asked to', () => {
    const replay = new UniformReplay({ ...options, hasActionMask: true });
    const actionMask = Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 1);
    replay.add({ ...transitions(1, 2), actionMask, nextActionMask: Uint8Array.of(1, 0, 0, 1, 0, 1, 0, 0) });
    const batch = replay.sample(6, new Rng(0));
    const rows = [...(batch.index ?? [])];
    expect([...(batch.actionMask ?? [])]).toEqual(rows.flatMap(i => (i === 0 ? [1, 1, 1, 1] : [0, 0, 0, 1])));
    expect([...(batch.nextActionMask ?? [])]).toEqual(rows.flatMap(i => (i === 0 ? [1, 0, 0, 1] : [0, 1, 0, 0])));
    expect(() => replay.add(transitions(0, 1))).toThrow(/actionMask must have 4 numbers for 1 rows, got 0/);
  });

  it('refuses bad settings, rows of other lengths, empty samples and foreign states', () => {
    expect(() => new UniformReplay({ ...options, capacity: 0 })).toThrow(/capacity/);
    expect(() => new UniformReplay({ ...options, gamma: 1.1 })).toThrow(/gamma/);
    expect(() => new UniformReplay({ ...options, actionSpace: pixels, hasActionMask: true })).toThrow(/masks/);
    const replay = new UniformReplay(options);
    expect(() => replay.sample(1, new Rng(0))).toThrow(/at least one transition/);
    expect(() => replay.add({ ...transitions(0, 2), obs: new Uint8Array(3) })).toThrow(
      /obs must have 4 numbers for 2 rows, got 3/,
    );
    expect(() => replay.restore(new UniformReplay({ ...options, capacity: 8 }).state())).toThrow(/capacity must be 7, got 8/);
    const other = new UniformReplay({ ...options, observationSpace: box({ low: 0, high: 1, shape: [2] }) });
    expect(() => replay.restore(other.state())).toThrow(/obs must fit/);
    expect(replay.size).toBe(0);
  });
});
