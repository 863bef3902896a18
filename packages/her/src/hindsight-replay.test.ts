import { InputError, Rng, type TransitionBatch, type TransitionRows } from '@zpin/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ends, goesOn, lineActions, lineSpace } from '../test/line-goals.ts';
import type { GoalStrategy } from './goal-strategy.ts';
import { HindsightReplay, type HindsightReplayOptions } from './hindsight-replay.ts';

const replay = (options: Partial<HindsightReplayOptions> = {}) =>
  new HindsightReplay({
    capacity: 100,
    observationSpace: lineSpace,
    actionSpace: lineActions,
    gamma: 0.5,
    outcomes: goesOn,
    strategy: 'future',
    goals: 4,
    ...options,
  });

/** Where the goal of an episode lies that nobody reaches. */
const FAR = -1;

interface Stored {
  readonly env: number;
  readonly episode: number;
  /** Steps of its episode before it. */
  readonly place: number;
  /** What is achieved after it: different for all transitions. */
  readonly achieved: number;
}

/**
 * Plays `lengths[env]` of episodes in each environment side by side, and keeps a plain record of every transition by its number.
 */
class Player {
  readonly stored: Stored[] = [];
  readonly #envs: { length: number; episode: number; place: number; at: number }[];
  readonly #lengths: (env: number, episode: number) => number;

  constructor(numEnvs: number, lengths: (env: number, episode: number) => number) {
    this.#lengths = lengths;
    this.#envs = Array.from({ length: numEnvs }, (_, env) => ({
      length: lengths(env, 0),
      episode: 0,
      place: 0,
      at: 1000 * (env + 1),
    }));
  }

  step(): TransitionRows {
    const count = this.#envs.length;
    const obs = new Float32Array(3 * count);
    const nextObs = new Float32Array(3 * count);
    const terminated = new Uint8Array(count);
    const truncated = new Uint8Array(count);
    for (const [env, now] of this.#envs.entries()) {
      const number = this.stored.length;
      obs.set([now.at, FAR, number], 3 * env);
      now.at++;
      nextObs.set([now.at, FAR, number], 3 * env);
      this.stored.push({ env, episode: now.episode, place: now.place, achieved: now.at });
      now.place++;
      if (now.place < now.length) continue;
      // Both kinds of ends.
      (now.episode % 2 === 0 ? truncated : terminated)[env] = 1;
      now.episode++;
      now.place = 0;
      now.at += 10;
      now.length = this.#lengths(env, now.episode);
    }
    return { obs, action: new Int32Array(count), reward: new Float32Array(count).fill(-1), nextObs, terminated, truncated };
  }
}

/** Rows of a batch as numbers: which transition, and which goal it was given. */
function rowsOf({ obs, nextObs, size, reward, discount }: TransitionBatch) {
  return Array.from({ length: size }, (_, i) => {
    expect(nextObs[3 * i + 1], 'one goal in both observations').toBe(obs[3 * i + 1]);
    return { number: obs[3 * i + 2], goal: obs[3 * i + 1], after: nextObs[3 * i], reward: reward[i], discount: discount[i] };
  });
}

describe('HindsightReplay', () => {
  it('gives k of k + 1 rows goals in hindsight, with rewards of their own', () => {
    const memory = replay();
    const player = new Player(1, () => 4);
    for (let i = 0; i < 4; i++) memory.add(player.step());
    const rows = rowsOf(memory.sample(50, new Rng(1)));
    expect(rows.slice(40).every(({ goal, reward }) => goal === FAR && reward === -1)).toBe(true);
    expect(rows.slice(0, 40).every(({ goal, after, reward }) => goal !== FAR && reward === (after === goal ? 0 : -1))).toBe(true);
    expect(new Set(rows.map(({ reward }) => reward))).toEqual(new Set([0, -1]));
  });

  it('rounds down where k + 1 does not divide the batch', () => {
    const memory = replay();
    const player = new Player(1, () => 4);
    for (let i = 0; i < 4; i++) memory.add(player.step());
    const hindsightOf = (size: number) => rowsOf(memory.sample(size, new Rng(1))).filter(({ goal }) => goal !== FAR).length;
    expect([4, 5, 9, 256].map(hindsightOf)).toEqual([3, 4, 7, 204]);
  });

  it.each(['future', 'final', 'episode'] as const)('draws no goal of %s across a cut', strategy => {
    const memory = replay({ strategy, goals: 1000 });
    memory.cut();
    // Four steps of an episode that never ends by itself, a cut, and an episode elsewhere.
    const [before, after] = [new Player(2, () => 99), new Player(2, () => 3)];
    for (let i = 0; i < 2; i++) memory.add(before.step());
    const resumed = replay({ strategy, goals: 1000 });
    resumed.restore(structuredClone(memory.state()));
    resumed.cut();
    const moved = (rows: TransitionRows): TransitionRows => {
      const elsewhere = (obs: TransitionRows['obs']) => Float32Array.from(obs, (x, k) => (k % 3 === 0 ? x + 500 : x));
      return { ...rows, obs: elsewhere(rows.obs), nextObs: elsewhere(rows.nextObs) };
    };
    for (let i = 0; i < 4; i++) resumed.add(moved(after.step()));
    const rows = rowsOf(resumed.sample(2002, new Rng(3))).filter(({ goal }) => goal !== FAR);
    const isMoved = (place: number) => place % 1000 >= 500;
    expect(rows.some(({ after }) => !isMoved(after))).toBe(true);
    for (const { goal, after } of rows) expect(isMoved(goal), `${goal} for ${after}`).toBe(isMoved(after));
  });

  it('draws each goal that a strategy allows equally often', () => {
    // One episode 0 → 1 → 2 → 3 on the line from 1000 on: transition t achieves 1001 + t.
    const allowed: Record<GoalStrategy, number[][]> = {
      future: [[1001, 1002, 1003], [1002, 1003], [1003]],
      final: [[1003], [1003], [1003]],
      episode: [
        [1001, 1002, 1003],
        [1001, 1002, 1003],
        [1001, 1002, 1003],
      ],
    };
    for (const strategy of ['future', 'final', 'episode'] as const) {
      const memory = replay({ strategy, goals: 1000 });
      const player = new Player(1, () => 3);
      for (let i = 0; i < 3; i++) memory.add(player.step());
      const rows = rowsOf(memory.sample(9009, new Rng(2))).filter(({ goal }) => goal !== FAR);
      expect(rows.length).toBe(9000);
      for (const [number, goals] of allowed[strategy].entries()) {
        const mine = rows.filter(row => row.number === number);
        for (const goal of goals) {
          const share = mine.filter(row => row.goal === goal).length / mine.length;
          // Five standard deviations of a share of about 3000 draws.
          expect(Math.abs(share - 1 / goals.length), `${strategy}, transition ${number}, goal ${goal}`).toBeLessThan(0.045);
        }
        expect(mine.every(({ goal }) => goals.includes(goal))).toBe(true);
      }
    }
  });

  it.each(['future', 'final', 'episode'] as const)('%s never leaves the episode, whatever is overwritten', strategy => {
    fc.assert(
      fc.property(
        fc.record({
          numEnvs: fc.integer({ min: 1, max: 3 }),
          capacity: fc.integer({ min: 3, max: 40 }),
          steps: fc.integer({ min: 1, max: 40 }),
          lengths: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
          seed: fc.integer({ min: 0, max: 1000 }),
        }),
        ({ numEnvs, capacity, steps, lengths, seed }) => {
          const memory = replay({ strategy, capacity });
          const player = new Player(numEnvs, (env, episode) => lengths[(env + episode) % lengths.length]);
          for (let i = 0; i < steps; i++) memory.add(player.step());
          const { stored } = player;
          const kept = stored.slice(-capacity);
          for (const { number, goal, after } of rowsOf(memory.sample(40, new Rng(seed)))) {
            const own = stored[number];
            expect(kept).toContain(own);
            expect(after).toBe(own.achieved);
            if (goal === FAR) continue;
            const source = kept.find(({ achieved }) => achieved === goal);
            expect(source, 'the goal was achieved by a stored transition').toBeDefined();
            if (!source) continue;
            expect([source.env, source.episode]).toEqual([own.env, own.episode]);
            if (strategy !== 'episode') expect(source.place).toBeGreaterThanOrEqual(own.place);
            const mates = kept.filter(({ env, episode }) => env === own.env && episode === own.episode);
            if (strategy === 'final') expect(source).toBe(mates.at(-1));
          }
        },
      ),
      { numRuns: 150 },
    );
  });

  it('ends a transition in hindsight where its new goal would have ended it, and only there', () => {
    for (const outcomes of [ends, goesOn]) {
      const memory = replay({ outcomes });
      const player = new Player(1, () => 2);
      // Episode 0 is cut off by a time limit, episode 1 terminates.
      for (let i = 0; i < 4; i++) memory.add(player.step());
      const rows = rowsOf(memory.sample(500, new Rng(3)));
      for (const { number, goal, after, discount } of rows) {
        const isTermination = goal === FAR || outcomes === goesOn ? number === 3 : after === goal;
        expect(discount).toBe(isTermination ? 0 : 0.5);
      }
      expect(new Set(rows.map(({ discount }) => discount)).size).toBe(2);
    }
  });

  it('draws from an episode in progress, up to its newest step', () => {
    const memory = replay({ strategy: 'final', goals: 1000 });
    const player = new Player(2, () => 100);
    for (let i = 0; i < 3; i++) memory.add(player.step());
    const goals = rowsOf(memory.sample(500, new Rng(4))).map(({ goal }) => goal);
    expect(new Set(goals)).toEqual(new Set([FAR, 1003, 2003]));
  });

  it('goes on from its state bit for bit', () => {
    const player = new Player(2, env => 3 + env);
    const memory = replay({ capacity: 15 });
    for (let i = 0; i < 11; i++) memory.add(player.step());
    const state = structuredClone(memory.state());
    const other = replay({ capacity: 15 });
    other.restore(state);
    for (let i = 0; i < 9; i++) {
      const rows = player.step();
      memory.add(rows);
      other.add(rows);
      expect(rowsOf(other.sample(20, new Rng(i)))).toEqual(rowsOf(memory.sample(20, new Rng(i))));
    }
    expect(other.state()).toEqual(memory.state());
    // A state shares nothing with the memory it is of.
    expect(state).not.toEqual(memory.state());
  });

  it('says what is wrong', () => {
    expect(() => replay({ gamma: 2 })).toThrow(/^HindsightReplay: gamma must be in \[0, 1\], got 2\./);
    expect(() => replay({ observationSpace: lineActions })).toThrow(/must have the part achieved_goal/);
    expect(() => replay({ strategy: 'past' as GoalStrategy })).toThrow(/the strategy must be future, final, episode, got "past"/);
    expect(() => replay({ capacity: 1e12 })).toThrow(/^HindsightReplay: capacity must be at most \d+, got 1000000000000\./);
    expect(() => replay().sample(4, new Rng(1))).toThrow(/at least one transition must be stored/);
    const memory = replay();
    memory.add(new Player(2, () => 3).step());
    expect(() => memory.add(new Player(3, () => 3).step())).toThrow(InputError);
    expect(() => memory.add(new Player(3, () => 3).step())).toThrow(/must come 2 at a time/);
  });
});
