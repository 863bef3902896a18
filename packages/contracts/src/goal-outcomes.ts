import type { NumericArray } from './numeric-array.ts';

/** What transitions would have been with other goals (hindsight). */
export interface GoalOutcomes {
  /**
   * Rewards of B transitions, as `step` would have paid them.
   * @param achieved `[B, G]`, achieved after the step
   * @param desired `[B, G]`
   * @param out `[B]`, written and returned
   */
  computeReward(achieved: NumericArray, desired: NumericArray, out: Float32Array): Float32Array;
  /**
   * Whether (1) each of B transitions would have been terminated. Absent where ends do not depend on the goal.
   * @param achieved `[B, G]`, achieved after the step
   * @param desired `[B, G]`
   * @param out `[B]`, written and returned
   */
  computeTerminated?(achieved: NumericArray, desired: NumericArray, out: Uint8Array): Uint8Array;
}
