import { discrete, type EnvSpec, InputError, message, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { DOWN, GridMap, LEFT, mapField, RIGHT, UP } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { TabularModel } from './tabular-env.ts';

const maps = {
  small: ['##########', '#K..#...T#', '#.P.#.PP.#', '#...#....#', '#.P.D....#', '#S..#.P..#', '##########'],
  large: [
    '##############',
    '#K..#...P#..T#',
    '#.P...P..#P..#',
    '#.P.#....#..P#',
    '#..P#.P..D.P.#',
    '#.P.#..P.#...#',
    '#S..#....#.P.#',
    '##############',
  ],
  stairs: [
    '####################',
    '#S.................#',
    '##################.#',
    '#K.................#',
    '#D##################',
    '#..................#',
    '##################.#',
    '#T.................#',
    '####################',
  ],
};
const letters = '#.SKDTP';
const moves = [UP, RIGHT, DOWN, LEFT];

/** Spaces, time limit and threshold of `KeyDoor-v0`. */
export const keyDoorV0: EnvSpec = {
  id: 'KeyDoor-v0',
  observationSpace: discrete(72),
  actionSpace: discrete(4),
  maxEpisodeSteps: 100,
  rewardThreshold: 1,
};

export const keyDoorOptions = {
  map: mapField(['small', 'large', 'stairs'], {
    default: 'small',
    meaning: 'a known map, or rows of # (wall), . (floor), S (start), K (key), D (door), T (treasure), P (pit), walls all around',
  }),
};

export type KeyDoorOptions = ValuesOf<typeof keyDoorOptions>;

/**
 * Rooms with a locked door between them: fetch the key, go through the door, and take the treasure, which is worth 1 and ends the
 * episode. Nothing else is rewarded, and pits end the episode too, so random moves come to the treasure in about one of 76,000
 * episodes, on the large map in one of 58 million, and on the stairs, whose corridors are 74 steps long, practically never. Moves: up (0), right (1), down (2), left (3). Observation: number of the free
 * cell, row by row, plus the number of free cells when the key was taken. After the first room of Montezuma's Revenge, on which
 * Kulkarni et al. 2016 show hierarchies of goals.
 */
export class KeyDoor extends MapEnv {
  readonly #count: number;
  readonly #openMap: GridMap;

  /** @throws InputError unless the map has one start, one key and a treasure, and walls all around */
  constructor(spec: EnvSpec = keyDoorV0, options: Partial<KeyDoorOptions> = {}) {
    const { map: drawn } = readValues(keyDoorOptions, options, spec.id);
    const map = checkedMap(spec.id, typeof drawn === 'string' ? maps[drawn] : drawn);
    const free = freeCells(map);
    super({ ...spec, observationSpace: discrete(2 * free.length) }, keyDoorModel(map, free), map, [...free, ...free]);
    this.#count = free.length;
    // What the map is when the key was taken: the door is open.
    this.#openMap = new GridMap(
      spec.id,
      map.rows.map(row => row.replaceAll(/[KD]/g, '.')),
      letters,
    );
  }

  override get map(): GridMap {
    return this.world[0] < this.#count ? this.shown : this.#openMap;
  }
}

export const keyDoorEntry: EnvEntry<typeof keyDoorOptions> = {
  spec: keyDoorV0,
  summary: 'Fetch a key, open a door with it, and take the treasure behind.',
  options: keyDoorOptions,
  create: (spec, options) => new KeyDoor(spec, options),
};

/** Observations where something happens: with the key just taken, in the open door, at the treasure; on a known map. */
export function keyDoorPlaces(map: keyof typeof maps) {
  const grid = new GridMap('keyDoorPlaces', maps[map], letters);
  const free = freeCells(grid);
  const at = (letter: string) => free.length + free.findIndex(cell => grid.letter(cell) === letter);
  return { key: at('K'), door: at('D'), treasure: at('T') };
}

function freeCells(map: GridMap): number[] {
  return Array.from({ length: map.size }, (_, cell) => cell).filter(cell => map.letter(cell) !== '#');
}

/** A map that can be played. */
function checkedMap(where: string, rows: readonly string[]): GridMap {
  const map = new GridMap(where, rows, letters);
  const cells = Array.from(rows.join(''));
  const count = (letter: string) => cells.filter(cell => cell === letter).length;
  const isOpen = cells.some((letter, cell) => {
    const isBorder = cell < map.width || cell >= map.size - map.width || [0, map.width - 1].includes(cell % map.width);
    return isBorder && letter !== '#';
  });
  if (isOpen || count('S') !== 1 || count('K') !== 1 || count('T') < 1) {
    const expectation = 'the map must have one start S, one key K, a treasure T, and walls # all around';
    throw new InputError(message(where, expectation, rows, 'Draw it anew'));
  }
  return map;
}

function keyDoorModel(map: GridMap, free: readonly number[]): TabularModel {
  const count = free.length;
  return {
    start: Float64Array.from({ length: 2 * count }, (_, state) => Number(state < count && map.letter(free[state]) === 'S')),
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
}
