import {
  discrete,
  type EnvSpec,
  type EnvState,
  field,
  type ResetOptions,
  type ResetResult,
  type Rng,
  readValues,
  type ValuesOf,
  type VectorStep,
} from '@zpin/contracts';
import type { EnvEntry } from '../env-entry.ts';
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

/** Spaces, time limit and threshold of `FourRooms-v0`. */
export const fourRoomsV0: EnvSpec = {
  id: 'FourRooms-v0',
  observationSpace: discrete(104),
  actionSpace: discrete(4),
  maxEpisodeSteps: 1000,
  rewardThreshold: null,
};

export const fourRoomsOptions = {
  goal: field.integer({ min: 0, max: 103, default: 62, meaning: 'number of the goal cell; 62 is the eastern doorway' }),
  successRate: field.probability({
    default: 2 / 3,
    meaning: 'probability that a move goes where it should; the other three directions share the rest',
  }),
  moveGoalAfterEpisodes: field.count({
    min: 0,
    default: 0,
    meaning: 'episodes after a seeded reset until the goal moves, once, to a random cell of the lower right room; 0: never',
  }),
};

export type FourRoomsOptions = ValuesOf<typeof fourRoomsOptions>;

/** Places in the state: where the goal is, and episodes begun since the last seed. */
const [GOAL, EPISODES] = [2, 3];

/**
 * Four rooms joined by doorways, for options and hierarchies: +1 and the end at the goal, from a start anywhere else. Moves: up
 * (0), right (1), down (2), left (3); two in three go where they should. Observation: number of the free cell, row by row.
 * Sutton, Precup and Singh 1999.
 */
export class FourRooms extends MapEnv {
  readonly #firstGoal: number;
  readonly #successRate: number;
  readonly #episodesBeforeMove: number;

  constructor(spec: EnvSpec = fourRoomsV0, options: Partial<FourRoomsOptions> = {}) {
    const { goal, successRate, moveGoalAfterEpisodes } = readValues(fourRoomsOptions, options, spec.id);
    super(spec, roomsModel(goal, successRate), withGoal(goal), fourRoomsCells, 2);
    this.#firstGoal = goal;
    this.#successRate = successRate;
    this.#episodesBeforeMove = moveGoalAfterEpisodes > 0 ? moveGoalAfterEpisodes : Number.POSITIVE_INFINITY;
    this.world[GOAL] = goal;
  }

  /** Number of the goal cell. */
  get goal(): number {
    return this.world[GOAL];
  }

  override reset(options: ResetOptions = {}): ResetResult<number> {
    if (options.seed !== undefined) this.#beginAnew();
    return super.reset(options);
  }

  override resetRow(out: VectorStep, row: number, seed?: number | Rng): void {
    if (seed !== undefined) this.#beginAnew();
    super.resetRow(out, row, seed);
  }

  override restore(state: EnvState): void {
    super.restore(state);
    this.#setGoal(this.world[GOAL]);
  }

  protected override start(): void {
    if (this.world[EPISODES] === this.#episodesBeforeMove) {
      const others = lowerRightRoom.filter(state => state !== this.goal);
      this.#setGoal(others[this.rng.integers(0, others.length)]);
    }
    this.world[EPISODES]++;
    super.start();
  }

  #beginAnew(): void {
    this.world[EPISODES] = 0;
    this.#setGoal(this.#firstGoal);
  }

  #setGoal(goal: number): void {
    this.world[GOAL] = goal;
    if (this.map.letter(fourRoomsCells[goal]) === 'G') return;
    this.shown = withGoal(goal);
    this.changeModel(roomsModel(goal, this.#successRate));
  }
}

export const fourRoomsEntry: EnvEntry<typeof fourRoomsOptions> = {
  spec: fourRoomsV0,
  summary: 'Find the goal in four rooms joined by doorways.',
  options: fourRoomsOptions,
  create: (spec, options) => new FourRooms(spec, options),
};

/** The map of the rooms. */
export const fourRoomsMap = new GridMap('FourRooms', rooms, '#.');
/** Free cells of the map in order: observation i stands for cell `fourRoomsCells[i]`. */
export const fourRoomsCells = Array.from({ length: fourRoomsMap.size }, (_, cell) => cell).filter(
  cell => fourRoomsMap.letter(cell) === '.',
);

/** Numbers of the cells of the lower right room, without its doorways. */
const lowerRightRoom = fourRoomsCells.flatMap((cell, state) => {
  const [row, column] = [Math.floor(cell / fourRoomsMap.width), cell % fourRoomsMap.width];
  return row > 7 && column > 6 ? [state] : [];
});

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
