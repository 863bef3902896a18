import { discrete, type EnvSpec, field, InputError, message, readValues, type ValuesOf } from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
import { DOWN, GridMap, LEFT, RIGHT, UP } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { TabularModel } from './tabular-env.ts';

const moves = [UP, RIGHT, DOWN, LEFT];

/** What happens on arrival at a cell. */
const arrivals: Readonly<Record<string, { readonly reward: number; readonly ends: boolean }>> = {
  A: { reward: 1, ends: true },
  B: { reward: -1, ends: false },
  P: { reward: -1, ends: true },
  S: { reward: 0, ends: false },
  '.': { reward: 0, ends: false },
};

const appleMap = ['...A', '.#.B', 'S...'];
const mazeMap = ['S...', '..P.', '.PA.', '....'];

function gridSpec(id: string, cells: number): EnvSpec {
  return { id, observationSpace: discrete(cells), actionSpace: discrete(4), maxEpisodeSteps: 4 * cells, rewardThreshold: null };
}

/** Spaces, time limit and threshold of `GridWorld-v0`. */
export const gridWorldV0 = gridSpec('GridWorld-v0', 12);
/** Spaces, time limit and threshold of `Maze-v0`. */
export const mazeV0 = gridSpec('Maze-v0', 16);

export const gridWorldOptions = {
  map: field.texts({
    default: appleMap,
    meaning: 'rows of S (start), A (apple: 1 and the end), P (pit: -1 and the end), B (bomb: -1), # (wall) and . (floor)',
  }),
  stepReward: field.number({ default: 0, meaning: 'added to the reward of every step' }),
};

const mazeOptions = { ...gridWorldOptions, map: { ...gridWorldOptions.map, default: mazeMap } };

export type GridWorldOptions = ValuesOf<typeof gridWorldOptions>;

/**
 * A small world of cells. Moves: up (0), right (1), down (2), left (3); a move into a wall or the border leaves everything as it
 * is. Observation: number of the cell. `GridWorld-v0` is 3 × 4 cells with a wall, a bomb below the apple, and the start at the
 * lower left.
 */
export class GridWorld extends MapEnv {
  constructor(spec: EnvSpec = gridWorldV0, options: Partial<GridWorldOptions> = {}) {
    const { map: rows, stepReward } = readValues(gridWorldOptions, options, spec.id);
    const map = new GridMap(spec.id, rows, 'SAPB#.');
    if (!rows.join('').includes('S')) throw new InputError(message(spec.id, 'the map must have a start S', rows, 'Add one'));
    super({ ...spec, observationSpace: discrete(map.size) }, gridModel(map, stepReward), map);
  }
}

/** `GridWorld` of 4 × 4 cells with the apple between two pits, and the start at the upper left. */
export class Maze extends GridWorld {
  constructor(spec: EnvSpec = mazeV0, options: Partial<GridWorldOptions> = {}) {
    super(spec, readValues(mazeOptions, options, spec.id));
  }
}

export const gridWorldEntry: EnvEntry<typeof gridWorldOptions> = {
  spec: gridWorldV0,
  summary: 'Walk around a wall and past a bomb to an apple.',
  options: gridWorldOptions,
  create: (spec, options) => new GridWorld(spec, options),
};

export const mazeEntry: EnvEntry<typeof mazeOptions> = {
  spec: mazeV0,
  summary: 'Find the apple between two pits.',
  options: mazeOptions,
  create: (spec, options) => new Maze(spec, options),
};

function gridModel(map: GridMap, stepReward: number): TabularModel {
  return {
    start: map.uniform('S'),
    numActions: 4,
    outcomes: (cell, action) => {
      const here = arrivals[map.letter(cell)];
      if (!here || here.ends) return [{ probability: 1, next: cell, reward: 0, terminated: true }];
      const ahead = map.move(cell, moves[action]);
      const next = map.letter(ahead) === '#' ? cell : ahead;
      // Staying where one is, on a bomb too, counts as arriving there.
      const { reward, ends } = arrivals[map.letter(next)];
      return [{ probability: 1, next, reward: reward + stepReward, terminated: ends }];
    },
  };
}
