import { CliffWalking, Corridor, FrozenLake, frozenLake8x8V1, frozenLakeV1, type MapEnv, Maze } from '@zpin/envs';
import type { GridPicture, GridSettings } from './grid-messages.ts';
import { toRgba } from './to-rgba.ts';

const right = [1, 0] as const;
const down = [0, 1] as const;
const left = [-1, 0] as const;
const up = [0, -1] as const;

export interface GridWorld {
  readonly env: MapEnv;
  /** By action, as a step right and a step down. */
  readonly moves: readonly (readonly [number, number])[];
}

export function makeGridWorld({ world, isSlippery }: Pick<GridSettings, 'world' | 'isSlippery'>): GridWorld {
  if (world === 'CliffWalking-v1') return { env: new CliffWalking(), moves: [up, right, down, left] };
  if (world === 'Corridor-v0') return { env: new Corridor(), moves: [left, right] };
  if (world === 'Maze-v0') return { env: new Maze(), moves: [up, right, down, left] };
  const [spec, map] = world === 'FrozenLake-v1' ? ([frozenLakeV1, '4x4'] as const) : ([frozenLake8x8V1, '8x8'] as const);
  return { env: new FrozenLake(spec, { map, isSlippery }), moves: [left, down, right, up] };
}

/** What the page draws. @param table `[S, A]`, kept as it is */
export function gridPicture({ env, moves }: GridWorld, table: Float32Array): GridPicture {
  const { map } = env;
  return { ...toRgba(env.render()), columns: map.width, letters: map.rows.join(''), moves, table };
}

/** The world before anything was learned. */
export function firstPicture(settings: Pick<GridSettings, 'world' | 'isSlippery'>): GridPicture {
  const grid = makeGridWorld(settings);
  grid.env.reset({ seed: 0 });
  return gridPicture(grid, new Float32Array(grid.env.map.size * grid.moves.length));
}
