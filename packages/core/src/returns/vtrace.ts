import type { GaeInput } from './gae.ts';

export interface VtraceInput extends GaeInput {
  /** `[T, N]`: log π(a|s) − log μ(a|s), of the policy that learns over the policy that acted. */
  readonly logRatio: Float32Array;
}

export interface VtraceOptions {
  /** Discount γ, in [0, 1]. */
  readonly gamma: number;
  /** Decay λ of corrections with distance, in [0, 1]; 1 when omitted (remark 2). */
  readonly lambda?: number;
  /** ρ̄: largest importance weight of a temporal difference; sets which policy's values are learnt. 1 when omitted. */
  readonly maxRho?: number;
  /** c̄: largest weight of what follows; sets how fast. 1 when omitted. */
  readonly maxC?: number;
}

/** Arrays that `vtrace` writes, `[T, N]` each. */
export interface VtraceOutput {
  /** Targets v_t of the value function. */
  readonly target: Float32Array;
  /** ρ_t (r_t + γ v_{t+1} − V(s_t)): the advantage of the policy gradient, weight included. */
  readonly advantage: Float32Array;
}

/**
 * V-trace (Espeholt et al. 2018, IMPALA, eq. 1 and section 4.2):
 *
 *     v_t = V(s_t) + δ_t + γ c_t (v_{t+1} − V(s_{t+1})),    δ_t = ρ_t (r_t + γ V(s_{t+1}) − V(s_t)),
 *     ρ_t = min(ρ̄, π/μ),    c_t = λ min(c̄, π/μ)
 *
 * Where an episode ends the correction is cut and `nextValue` alone stands for what follows: 0 after a termination, the value of
 * the last observation after a truncation. With π = μ the targets are λ-returns.
 */
export function vtrace(
  input: VtraceInput,
  { gamma, lambda = 1, maxRho = 1, maxC = 1 }: VtraceOptions,
  output: VtraceOutput,
): void {
  const { numSteps, numEnvs, reward, value, nextValue, terminated, truncated, logRatio } = input;
  const { target, advantage } = output;
  for (let i = 0; i < numEnvs; i++) {
    // v − V of the step after this one.
    let correction = 0;
    for (let row = (numSteps - 1) * numEnvs + i; row >= 0; row -= numEnvs) {
      if (terminated[row] || truncated[row]) correction = 0;
      const ratio = Math.exp(logRatio[row]);
      const rho = Math.min(maxRho, ratio);
      const difference = reward[row] + gamma * nextValue[row] - value[row];
      advantage[row] = rho * (difference + gamma * correction);
      correction = rho * difference + gamma * lambda * Math.min(maxC, ratio) * correction;
      target[row] = value[row] + correction;
    }
  }
}
