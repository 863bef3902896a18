import { describe, expect, it } from 'vitest';
import { checkEnv } from '../check-env.ts';
import { makeEnv } from '../registry.ts';
import { MinAtarAsterix } from './asterix.ts';
import { MinAtarBreakout } from './breakout.ts';
import { MinAtarFreeway } from './freeway.ts';
import type { MinAtarGame } from './minatar-game.ts';
import { MinAtarSeaquest, minAtarSeaquest } from './seaquest.ts';
import { MinAtarSpaceInvaders } from './space-invaders.ts';

const calm = { stickyProbability: 0 };

/** Cells of a channel, as [column, row]. */
function cells(env: MinAtarGame, obs: Uint8Array, channel: string): [number, number][] {
  const count = env.channels.length;
  return [...obs.keys()]
    .filter(i => obs[i] === 1 && i % count === env.channels.indexOf(channel))
    .map(i => [Math.floor(i / count) % 10, Math.floor(i / count / 10)]);
}

/** Plays one action (by its place among the useful ones) `times` times. */
function repeat(env: MinAtarGame, action: number, times: number) {
  return Array.from({ length: times }, () => env.step(action));
}

describe('MinAtar rules', () => {
  it('a sticky action plays the last one again', () => {
    const env = new MinAtarBreakout(undefined, { stickyProbability: 1 });
    env.reset({ seed: 0 });
    expect(cells(env, env.step(1).obs, 'paddle')).toEqual([[4, 9]]);
    const half = new MinAtarFreeway(undefined, { stickyProbability: 0.5 });
    expect(checkEnv(half)).toEqual([]);
  });

  it('useful actions only, or all six', () => {
    expect(makeEnv('MinAtar/Breakout-v1').spec.actionSpace).toMatchObject({ n: 3 });
    expect(makeEnv('MinAtar/Breakout-v1', { minimalActions: false }).spec.actionSpace).toMatchObject({ n: 6 });
    expect(() => makeEnv('MinAtar/Breakout-v1', { stickyProbability: 1.5 })).toThrow(/stickyProbability/);
  });

  it('Breakout: a run through the wall breaks one brick, and a missed ball ends the game', () => {
    const env = new MinAtarBreakout(undefined, calm);
    const { obs } = env.reset({ seed: 1 });
    expect(cells(env, obs, 'brick')).toHaveLength(30);
    let total = 0;
    let last = env.step(0);
    while (!last.terminated) {
      last = env.step(0);
      total += last.reward;
    }
    expect(cells(env, last.obs, 'brick')).toHaveLength(30 - total);
    expect(cells(env, last.obs, 'ball')[0][1]).toBe(9);
  });

  it('Breakout: a perfect player clears wall after wall', () => {
    const env = new MinAtarBreakout(undefined, calm);
    let { obs } = env.reset({ seed: 1 });
    let total = 0;
    for (let t = 0; t < 3000; t++) {
      const [[ball]] = cells(env, obs, 'ball');
      const [[before]] = cells(env, obs, 'trail');
      const [[paddle]] = cells(env, obs, 'paddle');
      const next = ball === 0 ? 1 : ball === 9 ? 8 : 2 * ball - before;
      const target = cells(env, obs, 'ball')[0][1] === 8 ? ball : next;
      const result = env.step(target < paddle ? 1 : target > paddle ? 2 : 0);
      expect(result.terminated).toBe(false);
      total += result.reward;
      obs = result.obs;
    }
    expect(total).toBeGreaterThan(60);
  });

  it('Freeway: lasts 2,501 steps, lets the chicken rest, and pays for each crossing', () => {
    const env = new MinAtarFreeway(undefined, calm);
    env.reset({ seed: 3 });
    const rows: number[] = [];
    let total = 0;
    let steps = 0;
    for (let ended = false; !ended; steps++) {
      const { obs, reward, terminated } = env.step(1);
      rows.push(cells(env, obs, 'chicken')[0][1]);
      total += reward;
      ended = terminated;
    }
    expect(steps).toBe(2501);
    expect(total).toBeGreaterThan(5);
    const climbs = rows.map((row, t) => (t > 0 && row === rows[t - 1] - 1 ? t : -1)).filter(t => t >= 0);
    expect(Math.min(...climbs.slice(1).map((t, i) => t - climbs[i]))).toBe(3);
  });

  it('Asterix: something appears every ten steps, one thing per row, faster with time', () => {
    const env = new MinAtarAsterix(undefined, calm);
    env.reset({ seed: 5 });
    const { obs } = repeat(env, 0, 11).at(-1) ?? env.reset();
    expect([...cells(env, obs, 'enemy'), ...cells(env, obs, 'gold')]).toHaveLength(1);
    const things = (ramping: boolean) => {
      const game = new MinAtarAsterix(undefined, { ...calm, difficultyRamping: ramping });
      let seen = 0;
      for (let seed = 0; seed < 20; seed++) {
        game.reset({ seed });
        for (let t = 0; t < 400; t++) {
          const result = game.step(0);
          const all = [...cells(game, result.obs, 'enemy'), ...cells(game, result.obs, 'gold')];
          expect(new Set(all.map(([, row]) => row)).size).toBe(all.length);
          seen += all.length;
          if (result.terminated) break;
        }
      }
      return seen;
    };
    expect(things(true)).not.toBe(things(false));
  });

  it('SpaceInvaders: 24 aliens, one shot every five steps, and a new wave when all are gone', () => {
    const env = new MinAtarSpaceInvaders(undefined, calm);
    expect(cells(env, env.reset({ seed: 0 }).obs, 'alien')).toHaveLength(24);
    const shots = repeat(env, 3, 7).map(({ obs, reward }) => [
      ...cells(env, obs, 'friendly_bullet').map(([, row]) => row),
      reward,
    ]);
    // The first shot meets the lowest row of aliens just when the second one leaves.
    expect(shots).toEqual([8, 7, 6, 5, 4, 8, 7].map((row, t) => [row, Number(t === 5)]));
    const state = env.state();
    const world = (state.world as Int32Array).slice();
    // Rows of aliens follow two boards of ten rows; leave one alien in row 5, right above a shot.
    world.fill(0, 27, 37);
    world[27 + 4] = 1 << 5;
    world.fill(0, 7, 17);
    world[7 + 5] = 1 << 5;
    env.restore({ ...state, world });
    const { obs, reward } = env.step(0);
    expect(reward).toBe(1);
    expect(cells(env, obs, 'alien')).toHaveLength(24);
    expect((env.state().world as Int32Array)[3]).toBe(11);
  });

  describe('Seaquest', () => {
    /** The game with some numbers of its state changed, by their places. */
    const scene = (changes: Readonly<Record<number, number>>) => {
      const env = new MinAtarSeaquest(minAtarSeaquest, calm);
      env.reset({ seed: 1 });
      const state = env.state();
      const world = (state.world as Int32Array).slice();
      for (const [place, value] of Object.entries(changes)) world[Number(place)] = value;
      env.restore({ ...state, world });
      return env;
    };
    const [Y, OXYGEN, DIVERS, SURFACED] = [2, 4, 5, 7];
    const [UP, DOWN] = [2, 4];

    it('ends when it comes up without a diver', () => {
      const env = scene({});
      expect(env.step(DOWN).terminated).toBe(false);
      expect(env.step(UP).terminated).toBe(true);
    });

    it('breathes for one diver', () => {
      const env = scene({ [Y]: 1, [OXYGEN]: 50, [DIVERS]: 2, [SURFACED]: 0 });
      const { obs, reward, terminated } = env.step(UP);
      expect([reward, terminated]).toEqual([0, false]);
      expect(cells(env, obs, 'oxygen_gauge')).toHaveLength(10);
      expect(cells(env, obs, 'diver_gauge')).toEqual([[8, 9]]);
    });

    it('pays the rest of the oxygen for six divers', () => {
      const env = scene({ [Y]: 1, [OXYGEN]: 150, [DIVERS]: 6, [SURFACED]: 0 });
      expect(cells(env, env.step(UP).obs, 'diver_gauge')).toHaveLength(0);
      expect((env.state().world as Int32Array)[DIVERS]).toBe(-1);
      expect(scene({ [Y]: 1, [OXYGEN]: 150, [DIVERS]: 6, [SURFACED]: 0 }).step(UP).reward).toBe(7);
    });

    it('ends when the oxygen is gone', () => {
      const env = scene({ [Y]: 4, [OXYGEN]: 1, [SURFACED]: 0 });
      const ends = repeat(env, 0, 2).map(({ terminated }) => terminated);
      expect(ends).toEqual([false, true]);
    });

    it('shoots what swims in its way, and is sunk by what it meets', () => {
      // One fish, swimming to the right, three cells left of the submarine, which faces left.
      const fish = 13 + 2 * (1 + 5 * 64);
      const swarm = { [Y]: 3, [SURFACED]: 0, [fish]: 1, [fish + 1]: 2, [fish + 2]: 3, [fish + 3]: 1, [fish + 4]: 4 };
      const hunter = scene(swarm);
      expect([hunter.step(5), ...repeat(hunter, 0, 2)].map(({ reward }) => reward)).toEqual([0, 0, 1]);
      const prey = scene({ ...swarm, [fish + 1]: 4, [fish + 4]: 0 });
      expect(prey.step(0).terminated).toBe(true);
    });
  });
});
