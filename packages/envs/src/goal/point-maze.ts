import {
  box,
  type EnvInfo,
  type EnvSpec,
  type Frame,
  field,
  type GoalEnv,
  type GoalObs,
  goalSpace,
  InputError,
  message,
  type NumericArray,
  readValues,
  type ValuesOf,
} from '@zpin/contracts';
import { ArrayEnv } from '../base/array-env.ts';
import type { EnvEntry } from '../env-entry.ts';
import { Canvas } from '../render/canvas.ts';
import { GridMap, mapField } from '../tabular/grid-map.ts';

const maps = {
  u: ['#####', '#...#', '###.#', '#...#', '#####'],
  medium: ['########', '#..##..#', '#..#...#', '##...###', '#..#...#', '#.#..#.#', '#...#..#', '########'],
};

/** Seconds per step. */
const DT = 0.1;
/** Acceleration of a full push, in cells per second squared. */
const PUSH = 5;
/** Share of the velocity lost per second. */
const DRAG = 1;
const MAX_SPEED = 5;
/** Half the side of the square body, in cells. */
const RADIUS = 0.2;
/** Distance to the goal that counts as reached. */
const REACH = 0.45;
/** Start and goal lie at most this far from the centre of their cells. */
const SCATTER = 0.25;

// Places in the state.
const X = 0;
const Y = 1;
const VX = 2;
const VY = 3;
const GOAL_X = 4;
const GOAL_Y = 5;

export const pointMazeOptions = {
  map: mapField(['u', 'medium'], { default: 'u', meaning: 'a known maze, or rows of # (wall) and . (floor), walled in' }),
  isDense: field.boolean({ default: false, meaning: 'whether a step is paid -distance, instead of -1 away from the goal' }),
};

export type PointMazeOptions = ValuesOf<typeof pointMazeOptions>;

function mazeSpace(map: GridMap) {
  const far = [map.width, map.height];
  const observation = box({ low: [0, 0, -MAX_SPEED, -MAX_SPEED], high: [...far, MAX_SPEED, MAX_SPEED] });
  return goalSpace(observation, box({ low: 0, high: far }));
}

/** Spaces, time limit and threshold of `PointMaze-v0`. */
export const pointMazeV0: EnvSpec = {
  id: 'PointMaze-v0',
  observationSpace: mazeSpace(new GridMap('PointMaze', maps.u, '#.')),
  actionSpace: box({ low: -1, high: 1, shape: [2] }),
  maxEpisodeSteps: 300,
  rewardThreshold: null,
};

/**
 * Push a ball through a maze to a goal: reward 0 within 0.45 of it, else −1 per step; the episode goes on either way. Action:
 * push to the right and downwards, in [−1, 1]. Observation: position (cells, from the upper left corner) and velocity.
 */
export class PointMaze extends ArrayEnv<GoalObs, Float32Array> implements GoalEnv<Float32Array> {
  protected override readonly world = new Float64Array(6);
  readonly #map: GridMap;
  readonly #floor: readonly number[];
  readonly #isDense: boolean;

  constructor(spec: EnvSpec = pointMazeV0, options: Partial<PointMazeOptions> = {}) {
    const { map: drawn, isDense } = readValues(pointMazeOptions, options, spec.id);
    const rows = typeof drawn === 'string' ? maps[drawn] : drawn;
    const map = new GridMap(spec.id, rows, '#.');
    const floor = Array.from({ length: map.size }, (_, cell) => cell).filter(cell => map.letter(cell) === '.');
    const isWalledIn = floor.every(cell => {
      const [row, column] = [Math.floor(cell / map.width), cell % map.width];
      return row > 0 && row < map.height - 1 && column > 0 && column < map.width - 1;
    });
    if (!isWalledIn || floor.length === 0) {
      throw new InputError(message(spec.id, 'the map must have floor with walls all around', rows, 'Draw # along the border'));
    }
    super({ ...spec, observationSpace: mazeSpace(map) });
    this.#map = map;
    this.#floor = floor;
    this.#isDense = isDense;
  }

  computeReward(achieved: NumericArray, desired: NumericArray, out: Float32Array): Float32Array {
    for (let i = 0; i < out.length; i++) {
      out[i] = this.#rewardAt(Math.hypot(achieved[2 * i] - desired[2 * i], achieved[2 * i + 1] - desired[2 * i + 1]));
    }
    return out;
  }

  render(): Frame {
    const scale = 40;
    const { world } = this;
    const map = this.#map;
    const canvas = new Canvas(map.width * scale, map.height * scale, [240, 240, 236]);
    for (let cell = 0; cell < map.size; cell++) {
      const x = (cell % map.width) * scale;
      const y = Math.floor(cell / map.width) * scale;
      if (map.letter(cell) === '#') canvas.rect(x, y, x + scale, y + scale, [64, 68, 75]);
    }
    canvas.circle(world[GOAL_X] * scale, world[GOAL_Y] * scale, REACH * scale, [150, 220, 160]);
    return canvas.circle(world[X] * scale, world[Y] * scale, RADIUS * scale, [230, 126, 34]).frame();
  }

  protected override start(): void {
    const { world } = this;
    world.fill(0);
    this.#place(X);
    this.#place(GOAL_X);
  }

  protected override advance(actions: NumericArray, offset: number): void {
    this.#move(X, VX, actions[offset]);
    this.#move(Y, VY, actions[offset + 1]);
    this.reward = this.#rewardAt(this.#distance());
  }

  protected override observe(out: NumericArray, offset: number): void {
    const { world } = this;
    out[offset] = world[X];
    out[offset + 1] = world[Y];
    out[offset + 2] = world[GOAL_X];
    out[offset + 3] = world[GOAL_Y];
    for (let i = 0; i < 4; i++) out[offset + 4 + i] = world[i];
  }

  /** Nobody wants them in curves; what counts is there as success or return. */
  protected override get tellsInfo(): boolean {
    return false;
  }

  /** `isSuccess`: 1 within reach of the goal. */
  protected override info(): EnvInfo {
    return { isSuccess: Number(this.#distance() <= REACH) };
  }

  /** Puts a point somewhere in a random free cell. */
  #place(at: number): void {
    const cell = this.#floor[this.rng.integers(0, this.#floor.length)];
    this.world[at] = (cell % this.#map.width) + 0.5 + this.rng.uniform(-SCATTER, SCATTER);
    this.world[at + 1] = Math.floor(cell / this.#map.width) + 0.5 + this.rng.uniform(-SCATTER, SCATTER);
  }

  /** Moves along one axis; a wall stops it at its face. */
  #move(axis: number, velocity: number, action: number): void {
    const { world } = this;
    const push = PUSH * Math.min(1, Math.max(-1, action));
    const speed = world[velocity] + DT * (push - DRAG * world[velocity]);
    const before = world[axis];
    world[velocity] = Math.min(MAX_SPEED, Math.max(-MAX_SPEED, speed));
    world[axis] = before + DT * world[velocity];
    if (!this.#isInWall()) return;
    // At most half a cell per step: the wall is the next one in the direction of motion.
    const face = world[velocity] > 0 ? Math.floor(before + RADIUS) + 1 - RADIUS : Math.ceil(before - RADIUS) - 1 + RADIUS;
    // Just before the face, so that rounding does not leave the body inside.
    world[axis] = world[velocity] > 0 ? face - 1e-9 : face + 1e-9;
    world[velocity] = 0;
  }

  #isInWall(): boolean {
    const { world } = this;
    const map = this.#map;
    for (let corner = 0; corner < 4; corner++) {
      const column = Math.floor(world[X] + (corner & 1 ? RADIUS : -RADIUS));
      const row = Math.floor(world[Y] + (corner & 2 ? RADIUS : -RADIUS));
      if (map.letter(row * map.width + column) === '#') return true;
    }
    return false;
  }

  #distance(): number {
    const { world } = this;
    return Math.hypot(world[X] - world[GOAL_X], world[Y] - world[GOAL_Y]);
  }

  #rewardAt(distance: number): number {
    if (this.#isDense) return -distance;
    return distance > REACH ? -1 : 0;
  }
}

export const pointMazeEntry: EnvEntry<typeof pointMazeOptions> = {
  spec: pointMazeV0,
  summary: 'Push a ball through a maze to a goal.',
  options: pointMazeOptions,
  create: (spec, options) => new PointMaze(spec, options),
};
