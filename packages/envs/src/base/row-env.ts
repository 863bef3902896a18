import type { NumericArray, Rng, VectorStep } from '@zpin/contracts';

/**
 * Seam for vectorisation: one environment that works on row `row` of arrays it does not own. An `ArrayEnv` has it by nature, any
 * other `Env` through `rowEnv`.
 */
export interface RowEnv {
  /** Whether rows of `actionMask` are written. */
  readonly hasActionMask: boolean;
  /** Starts an episode and writes row `row` of `out.obs` and of the action mask. */
  resetRow(out: VectorStep, row: number, seed?: number | Rng): void;
  /**
   * Plays row `row` of `actions` and writes row `row` of everything in `out`. When the episode ends, its last observation goes to
   * `out.finalObs` (its mask to `out.finalActionMask`, whether it reached its goal to `out.success`), and `out.obs` holds the
   * first one of the next episode.
   */
  stepRow(actions: NumericArray, out: VectorStep, row: number): void;
}
