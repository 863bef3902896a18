import type { ControlValues } from './experiment.ts';
import type { LiveReport } from './live-messages.ts';

export interface ExperimentSettings {
  readonly experiment: string;
  /** Of its controls, and the seed. */
  readonly values: ControlValues;
}

/** Where the reader points to in the picture: from 0 on the left and at the top to 1. */
export interface Target {
  readonly x: number;
  readonly y: number;
}

/** RGBA. */
export interface Picture {
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** From the worker to the page. */
export type ExperimentReport = LiveReport<
  {
    /** The game that the greedy policy plays; null when no step of it was due. */
    readonly picture: Picture | null;
    /** What options have become, where the experiment shows them. */
    readonly options: OptionPicture | null;
  },
  {
    /** Of 100 greedy episodes. */
    readonly meanReturn: number;
    /** Share of them that reached their goal; null where there is none. */
    readonly successRate: number | null;
  }
>;

/** What options do in the free cells of a map. */
export interface OptionPicture {
  /** Cells in a row of the map. */
  readonly columns: number;
  readonly rows: number;
  /** Of each state, its cell. */
  readonly cells: readonly number[];
  /** Of each state, the option of the largest value. */
  readonly best: readonly number[];
  readonly options: readonly OptionPlan[];
}

/** What one option would do. */
export interface OptionPlan {
  /** Of each state, its most probable action. */
  readonly action: readonly number[];
  /** Of each state, the probability that it ends there. */
  readonly ends: readonly number[];
}
