import { discrete, type EnvSpec, field, InputError, message, type Rng, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { DOWN, GridMap, LEFT, mapField, RIGHT, UP } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { Outcome, TabularModel } from './tabular-env.ts';

const maps = {
  '4x4': ['SFFF', 'FHFH', 'FFFH', 'HFFG'],
  '8x8': ['SFFFFFFF', 'FFFFFFFF', 'FFFHFFFF', 'FFFFFHFF', 'FFFHFFFF', 'FHHFFFHF', 'FHFFHFHF', 'FFFHFFFG'],
};

const moves = [LEFT, DOWN, RIGHT, UP];

/** Spaces, time limit and threshold of `FrozenLake-v1`. */
export const frozenLakeV1: EnvSpec = {
  id: 'FrozenLake-v1',
  observationSpace: discrete(16),
  actionSpace: discrete(4),
  maxEpisodeSteps: 100,
  rewardThreshold: 0.7,
};

/** Spaces, time limit and threshold of `FrozenLake8x8-v1`. */
export const frozenLake8x8V1: EnvSpec = {
  id: 'FrozenLake8x8-v1',
  observationSpace: discrete(64),
  actionSpace: discrete(4),
  maxEpisodeSteps: 200,
  rewardThreshold: 0.85,
};

export const frozenLakeOptions = {
  map: mapField(['4x4', '8x8'], {
    default: '4x4',
    meaning: 'a known lake, or rows of S (start), F (frozen), H (hole), G (goal)',
  }),
  isSlippery: field.boolean({ default: true, meaning: 'whether a move may slip to either side' }),
  successRate: field.probability({ default: 1 / 3, meaning: 'probability that a move on slippery ice goes where it should' }),
  rewardSchedule: field.numbers({ length: 3, default: [1, 0, 0], meaning: 'rewards of goal, hole and ice' }),
};

export type FrozenLakeOptions = ValuesOf<typeof frozenLakeOptions>;

/**
 * Walk over a frozen lake to the goal without falling into a hole; the ice is slippery. Moves: left (0), down (1), right (2), up
 * (3). Observation: number of the cell. `randomLakeMap` draws other maps. As Gymnasium plays it.
 */
export class FrozenLake extends MapEnv {
  constructor(spec: EnvSpec = frozenLakeV1, options: Partial<FrozenLakeOptions> = {}) {
    const { map: drawn, isSlippery, successRate, rewardSchedule } = readValues(frozenLakeOptions, options, spec.id);
    const rows = typeof drawn === 'string' ? maps[drawn] : drawn;
    const map = new GridMap(spec.id, rows, 'SFHG');
    if (!rows.join('').includes('S')) throw new InputError(message(spec.id, 'the map must have a start S', rows, 'Add one'));
    super(
      { ...spec, observationSpace: discrete(map.size) },
      lakeModel(map, isSlippery ? successRate : null, rewardSchedule),
      map,
    );
  }
}

const entry: Omit<EnvEntry<typeof frozenLakeOptions>, 'spec'> = {
  summary: 'Cross a frozen lake without falling into a hole.',
  options: frozenLakeOptions,
  create: (spec, options) => new FrozenLake(spec, options),
};

export const frozenLakeEntries = [
  { spec: frozenLakeV1, ...entry },
  { spec: frozenLake8x8V1, ...entry, options: { ...frozenLakeOptions, map: { ...frozenLakeOptions.map, default: '8x8' } } },
];

/** @param successRate `null` when the ice is not slippery */
function lakeModel(map: GridMap, successRate: number | null, rewards: readonly number[]): TabularModel {
  const arrive = (cell: number, action: number, probability: number): Outcome => {
    const next = map.move(cell, moves[action]);
    const letter = map.letter(next);
    const reward = rewards['GH'.includes(letter) ? 'GH'.indexOf(letter) : 2];
    return { probability, next, reward, terminated: letter === 'G' || letter === 'H' };
  };
  return {
    start: map.uniform('S'),
    numActions: 4,
    outcomes: (cell, action) => {
      if ('GH'.includes(map.letter(cell))) return [{ probability: 1, next: cell, reward: 0, terminated: true }];
      if (successRate === null) return [arrive(cell, action, 1)];
      const slip = (1 - successRate) / 2;
      return [arrive(cell, (action + 3) % 4, slip), arrive(cell, action, successRate), arrive(cell, (action + 1) % 4, slip)];
    },
  };
}

/**
 * A random map of `size` × `size` cells with a way from the start (top left) to the goal (bottom right): each cell is frozen with
 * probability `frozen`, drawn anew until there is a way.
 * @throws InputError unless size is an integer ≥ 2 and frozen in (0, 1]
 */
export function randomLakeMap(rng: Rng, size = 8, frozen = 0.8): string[] {
  if (!(Number.isSafeInteger(size) && size >= 2 && frozen > 0 && frozen <= 1)) {
    throw new InputError(message('randomLakeMap', 'size must be >= 2 and frozen in (0, 1]', [size, frozen], 'Use 8 and 0.8'));
  }
  for (;;) {
    const cells = Array.from({ length: size * size }, () => 'FH'[rng.choice([frozen, 1 - frozen])]);
    cells[0] = 'S';
    cells[cells.length - 1] = 'G';
    const rows = Array.from({ length: size }, (_, row) => cells.slice(row * size, (row + 1) * size).join(''));
    if (hasWay(new GridMap('randomLakeMap', rows, 'SFHG'))) return rows;
  }
}

function hasWay(map: GridMap): boolean {
  const seen = new Set([0]);
  for (const cell of seen) {
    if (map.letter(cell) === 'G') return true;
    for (const move of moves) {
      const next = map.move(cell, move);
      if (map.letter(next) !== 'H') seen.add(next);
    }
  }
  return false;
}
