import { discrete, type EnvSpec, InputError, message } from '@zpin/core/spec';
import { DOWN, GridMap, LEFT, RIGHT, UP } from './grid-map.ts';
import { MapEnv } from './map-env.ts';
import type { Outcome, TabularModel } from './tabular-env.ts';

const rooms = [
  '#############',
  '#.....#.....#',
  '#.....#.....#',
  '#...........#',
  '#.....#.....#',
  '#.....#.....#',
  '##.####.....#',
  '#.....###.###',
  '#.....#.....#',
  '#.....#.....#',
  '#...........#',
  '#.....#.....#',
  '#############',
];
const moves = [UP, RIGHT, DOWN, LEFT];
/** The eastern doorway. */
const DEFAULT_GOAL = 62;

export const fourRoomsV0: EnvSpec = {
  id: 'FourRooms-v0',
  observationSpace: discrete(104),
  actionSpace: discrete(4),
  maxEpisodeSteps: 1000,
  rewardThreshold: null,
};

export interface FourRoomsOptions {
  /** Number of the goal cell, 0 … 103. */
  readonly goal?: number;
  /** Probability that a move goes where it should; the other three directions share the rest. */
  readonly successRate?: number;
}

/**
 * Four rooms joined by doorways, for options and hierarchies: +1 and the end at the goal, from a start anywhere else. Moves: up (0), right (1),
 * down (2), left (3); two in three go where they should. Observation: number of the free cell, row by row. Sutton, Precup and Singh 1999.
 */
export class FourRooms extends MapEnv {
  constructor(spec: EnvSpec = fourRoomsV0, { goal = DEFAULT_GOAL, successRate = 2 / 3 }: FourRoomsOptions = {}) {
    if (!(Number.isSafeInteger(goal) && goal >= 0 && goal < 104)) {
      throw new InputError(message(spec.id, 'goal must be an integer in [0, 103]', goal, 'Pass the number of a free cell'));
    }
    if (!(successRate >= 0 && successRate <= 1)) {
      throw new InputError(message(spec.id, 'successRate must be in [0, 1]', successRate, 'Pass a probability'));
    }
    super(spec, roomsModel(goal, successRate), withGoal(goal), fourRoomsCells);
  }
}

/** The map, and its free cells in order: observation i stands for cell `free[i]`. */
export const fourRoomsMap = new GridMap('FourRooms', rooms, '#.');
export const fourRoomsCells = Array.from({ length: fourRoomsMap.size }, (_, cell) => cell).filter(
  cell => fourRoomsMap.letter(cell) === '.',
);

/** The map with G on a free cell. */
function withGoal(goal: number): GridMap {
  const cell = fourRoomsCells[goal];
  const text = rooms.join('');
  const marked = `${text.slice(0, cell)}G${text.slice(cell + 1)}`;
  return new GridMap('FourRooms', marked.match(/.{13}/g) ?? [], '#.G');
}

function roomsModel(goal: number, successRate: number): TabularModel {
  const count = fourRoomsCells.length;
  const arrive = (state: number, direction: number): number => {
    const next = fourRoomsCells.indexOf(fourRoomsMap.move(fourRoomsCells[state], moves[direction]));
    return next < 0 ? state : next;
  };
  return {
    start: Float64Array.from({ length: count }, (_, state) => (state === goal ? 0 : 1 / (count - 1))),
    numActions: 4,
    outcomes: (state, action) => {
      if (state === goal) return [{ probability: 1, next: state, reward: 0, terminated: true }];
      return moves.map((_, direction): Outcome => {
        const next = arrive(state, direction);
        const probability = direction === action ? successRate : (1 - successRate) / 3;
        return { probability, next, reward: Number(next === goal), terminated: next === goal };
      });
    },
  };
}
