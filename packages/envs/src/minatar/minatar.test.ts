import { describe, expect, it } from 'vitest';
import { LcgRng } from '../../test/lcg-rng.ts';
import { readTrace } from '../../test/trace.ts';
import { MinAtarAsterix, minAtarAsterix } from './asterix.ts';
import { MinAtarBreakout, minAtarBreakout } from './breakout.ts';
import { MinAtarFreeway, minAtarFreeway } from './freeway.ts';
import type { MinAtarGame } from './minatar-game.ts';
import { MinAtarSeaquest, minAtarSeaquest } from './seaquest.ts';
import { MinAtarSpaceInvaders, minAtarSpaceInvaders } from './space-invaders.ts';

interface Episode {
  lcg_seed: number;
  actions: number[];
  rewards: number[];
  terminal: boolean[];
  /** Active cells per step: row-major (row, column, channel). */
  state_ones: number[][];
  state0: number[];
}

const everything = { stickyProbability: 0, minimalActions: false };
const games: [string, () => MinAtarGame][] = [
  ['breakout', () => new MinAtarBreakout(minAtarBreakout, everything)],
  ['freeway', () => new MinAtarFreeway(minAtarFreeway, everything)],
  ['asterix', () => new MinAtarAsterix(minAtarAsterix, everything)],
  ['seaquest', () => new MinAtarSeaquest(minAtarSeaquest, everything)],
  ['space-invaders', () => new MinAtarSpaceInvaders(minAtarSpaceInvaders, everything)],
];

const ones = (obs: Uint8Array) => [...obs.keys()].filter(i => obs[i] === 1);

describe.each(games)('MinAtar %s', (name, make) => {
  it.each(readTrace<{ episodes: Episode[] }>(`minatar-${name}`).episodes)('plays as recorded from $lcg_seed', episode => {
    const env = make();
    expect(ones(env.reset({ seed: new LcgRng(episode.lcg_seed) }).obs)).toEqual([...episode.state0].sort((a, b) => a - b));
    episode.actions.forEach((action, t) => {
      const { obs, reward, terminated } = env.step(action);
      expect([reward, terminated], `step ${t}`).toEqual([episode.rewards[t], episode.terminal[t]]);
      expect(ones(obs), `step ${t}`).toEqual([...episode.state_ones[t]].sort((a, b) => a - b));
    });
  });
});
