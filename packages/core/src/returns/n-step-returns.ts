import type { ReturnInput } from './discounted-returns.ts';

/**
 * n-step returns Σ_{k<m} γᵏ r_{t+k} + γᵐ V(s_{t+m}) (Sutton & Barto 2018, eq. 7.1). m is n, or fewer steps where the episode or
 * the rollout ends before; the value comes from `nextValue` of the last step, so it is 0 after a termination.
 * @param gamma in [0, 1]
 * @param n steps, ≥ 1
 * @param returns `[T, N]`, written; a new array when omitted
 * @returns `returns`
 */
export function nStepReturns(
  input: ReturnInput,
  gamma: number,
  n: number,
  returns = new Float32Array(input.reward.length),
): Float32Array {
  const { numSteps, numEnvs, reward, nextValue, terminated, truncated } = input;
  const end = numSteps * numEnvs;
  for (let start = 0; start < end; start++) {
    // The last step of the sum, at most n - 1 steps on.
    let last = start;
    for (let k = 1; k < n && last + numEnvs < end && !terminated[last] && !truncated[last]; k++) last += numEnvs;
    let sum = nextValue[last];
    for (let row = last; row >= start; row -= numEnvs) sum = reward[row] + gamma * sum;
    returns[start] = sum;
  }
  return returns;
}
