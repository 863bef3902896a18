import type { GaeInput } from './gae.ts';

/** `[T, N]` arrays of a rollout that returns are made of: those of `gae` without the values of the steps themselves. */
export type ReturnInput = Omit<GaeInput, 'value'>;

/**
 * Discounted returns G_t = r_t + γ G_{t+1} (Sutton & Barto 2018, eq. 3.9).
 *
 * Where an episode ends, and at the end of the rollout, γ · `nextValue` stands for what follows: 0 after a termination, the value
 * of the last observation after a truncation. With `nextValue` all 0 these are the plain sums of rewards.
 * @param gamma in [0, 1]
 * @param returns `[T, N]`, written; a new array when omitted
 * @returns `returns`
 */
export function discountedReturns(
  input: ReturnInput,
  gamma: number,
  returns = new Float32Array(input.reward.length),
): Float32Array {
  const { numSteps, numEnvs, reward, nextValue, terminated, truncated } = input;
  const lastStep = (numSteps - 1) * numEnvs;
  for (let i = 0; i < numEnvs; i++) {
    let following = 0;
    for (let row = lastStep + i; row >= 0; row -= numEnvs) {
      if (row >= lastStep || terminated[row] || truncated[row]) following = nextValue[row];
      following = reward[row] + gamma * following;
      returns[row] = following;
    }
  }
  return returns;
}
