import type { NumericArray, Rng, VectorStep } from '@zpin/contracts';
import type { InfoMeans } from './info-means.ts';

/**
 * Seam for vectorisation: one environment that works on row `row` of arrays it does not own. An `ArrayEnv` has it by nature, any
 * other `Env` through `rowEnv`.
 */
export interface RowEnv {
  /** Whether rows of `actionMask` are written. */
  readonly hasActionMask: boolean;
  /** What the infos of the episode in progress tell in numbers; null where nobody is told. */
  readonly infoMeans: InfoMeans | null;
  /** Starts an episode and writes row `row` of `out.obs` and of the action mask. */
  resetRow(out: VectorStep, row: number, seed?: number | Rng): void;
  /**
   * Plays row `row` of `actions` and writes row `row` of everything in `out`. When the episode ends, its last observation goes to
   * `out.finalObs` (its mask to `out.finalActionMask`, whether it reached its goal to `out.success`), and `out.obs` holds the
   * first one of the next episode; what its infos told goes to `out.episodeInfo`.
   */
  stepRow(actions: NumericArray, out: VectorStep, row: number): void;
}
