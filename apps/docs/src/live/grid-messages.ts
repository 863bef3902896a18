import type { LiveReport } from './live-messages.ts';

export const gridAlgorithms = ['q-learning', 'sarsa', 'expected-sarsa', 'sarsa-lambda'] as const;
export const gridWorlds = ['CliffWalking-v1', 'FrozenLake-v1', 'FrozenLake8x8-v1', 'Corridor-v0', 'Maze-v0'] as const;

export interface GridSettings {
  readonly algorithm: (typeof gridAlgorithms)[number];
  readonly world: (typeof gridWorlds)[number];
  /** Whether moves on the lake may slip. */
  readonly isSlippery: boolean;
  readonly seed: number;
  /** Step size α. */
  readonly learningRate: number;
  /** Probability of a random action, from the first step to the last. */
  readonly epsilon: number;
  /** How fast it learns at first; the page tells when that changes. */
  readonly stepsPerSecond: number;
}

/** A world with what was learned about it. */
export interface GridPicture {
  /** Picture of the environment, RGBA. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
  /** Cells in a row. */
  readonly columns: number;
  /** Letters of the map, a cell each, row by row. */
  readonly letters: string;
  /** By action, as a step right and a step down. */
  readonly moves: readonly (readonly [number, number])[];
  /** Q(s, a), `[S, A]`. */
  readonly table: Float32Array;
}

/** From the worker to the page. */
export type GridReport = LiveReport<{ readonly picture: GridPicture }>;
