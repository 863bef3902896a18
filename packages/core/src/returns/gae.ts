/** `[T, N]` arrays of a rollout that advantages are made of. */
export interface GaeInput {
  readonly numSteps: number;
  readonly numEnvs: number;
  /** `[T, N]` */
  readonly reward: Float32Array;
  /** `[T, N]`: V(s_t) */
  readonly value: Float32Array;
  /** `[T, N]`: V of the true successor, 0 after a termination */
  readonly nextValue: Float32Array;
  /** `[T, N]` */
  readonly terminated: Uint8Array;
  /** `[T, N]` */
  readonly truncated: Uint8Array;
}

/**
 * Generalised advantage estimation (Schulman et al. 2016, eq. 16): Â_t = δ_t + γλ Â_{t+1} with δ_t = r_t + γ V(s_{t+1}) − V(s_t).
 *
 * The sum is cut at both kinds of end. They differ in `nextValue` alone: 0 after a termination, the value of the last
 * observation after a truncation.
 * @param advantage `[T, N]`, written
 */
export function gae(input: GaeInput, gamma: number, lambda: number, advantage: Float32Array): void {
  const { numSteps, numEnvs, reward, value, nextValue, terminated, truncated } = input;
  for (let i = 0; i < numEnvs; i++) {
    let following = 0;
    for (let row = (numSteps - 1) * numEnvs + i; row >= 0; row -= numEnvs) {
      if (terminated[row] || truncated[row]) following = 0;
      following = reward[row] + gamma * nextValue[row] - value[row] + gamma * lambda * following;
      advantage[row] = following;
    }
  }
}
