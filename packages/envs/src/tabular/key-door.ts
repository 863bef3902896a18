import { discrete, type EnvSpec } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { DOWN, GridMap, LEFT, RIGHT, UP } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { TabularModel } from './tabular-env.ts';

const rows = [
  // S start, K key, D door, T treasure, P pit
  '##########',
  '#K..#...T#',
  '#.P.#.PP.#',
  '#...#....#',
  '#.P.D....#',
  '#S..#.P..#',
  '##########',
];
const letters = '#.SKDTP';
const moves = [UP, RIGHT, DOWN, LEFT];

const map = new GridMap('KeyDoor', rows, letters);
/** The map when the key was taken: the door is open. */
const openMap = new GridMap(
  'KeyDoor',
  rows.map(row => row.replace('K', '.').replace('D', '.')),
  letters,
);
const free = Array.from({ length: map.size }, (_, cell) => cell).filter(cell => map.letter(cell) !== '#');
const count = free.length;
const stateAt = (letter: string) => free.findIndex(cell => map.letter(cell) === letter);

/** Observations where something happens: with the key just taken, in the open door, at the treasure. */
export const keyDoorPlaces = { key: count + stateAt('K'), door: count + stateAt('D'), treasure: count + stateAt('T') };

/** Spaces, time limit and threshold of `KeyDoor-v0`. */
export const keyDoorV0: EnvSpec = {
  id: 'KeyDoor-v0',
  observationSpace: discrete(2 * count),
  actionSpace: discrete(4),
  maxEpisodeSteps: 100,
  rewardThreshold: 1,
};

/**
 * Two rooms with a locked door between them: fetch the key, go through the door, and take the treasure, which is worth 1 and ends
 * the episode. Nothing else is rewarded, and pits end the episode too, so random moves come to the treasure in about one of
 * 76,000 episodes. Moves: up (0), right (1), down (2), left (3). Observation: number of the free cell, row by row, plus the
 * number of free cells when the key was taken. After the first room of Montezuma's Revenge, on which Kulkarni et al. 2016 show
 * hierarchies of goals.
 */
export class KeyDoor extends MapEnv {
  constructor(spec: EnvSpec = keyDoorV0) {
    super(spec, model, map, [...free, ...free]);
  }

  override get map(): GridMap {
    return this.world[0] < count ? map : openMap;
  }
}

export const keyDoorEntry: EnvEntry = {
  spec: keyDoorV0,
  summary: 'Fetch a key, open a door with it, and take the treasure behind.',
  create: spec => new KeyDoor(spec),
};

const model: TabularModel = {
  start: Float64Array.from({ length: 2 * count }, (_, state) => Number(state === stateAt('S'))),
  numActions: 4,
  outcomes(state, action) {
    const hasKey = state >= count;
    const cell = free[state % count];
    const here = map.letter(cell);
    if (here === 'P' || here === 'T') return [{ probability: 1, next: state, reward: 0, terminated: true }];
    const ahead = map.move(cell, moves[action]);
    const isBlocked = map.letter(ahead) === '#' || (map.letter(ahead) === 'D' && !hasKey);
    const next = isBlocked ? cell : ahead;
    const letter = map.letter(next);
    const takesKey = hasKey || letter === 'K';
    const reward = Number(letter === 'T');
    const terminated = letter === 'T' || letter === 'P';
    return [{ probability: 1, next: free.indexOf(next) + (takesKey ? count : 0), reward, terminated }];
  },
};
