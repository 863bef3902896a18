export const gridAlgorithms = ['q-learning', 'sarsa', 'expected-sarsa', 'sarsa-lambda'] as const;
export const gridWorlds = ['CliffWalking-v1', 'FrozenLake-v1', 'FrozenLake8x8-v1'] as const;

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
}

/** From the page to the worker. */
export type GridCommand =
  | { readonly type: 'start'; readonly settings: GridSettings; readonly stepsPerSecond: number }
  | { readonly type: 'speed'; readonly stepsPerSecond: number }
  | { readonly type: 'pause' | 'go on' };

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
export type GridReport =
  | {
      readonly type: 'progress';
      readonly step: number;
      readonly picture: GridPicture;
      /** Step at the end and return, two numbers per episode. */
      readonly episodes: Float32Array;
      readonly isLast: boolean;
    }
  | { readonly type: 'error'; readonly text: string };
