import type { NumericArray } from '@zpin/contracts';
import type { Subgoals } from './subgoals.ts';

/**
 * The internal critic of h-DQN: 1 where a goal is reached, else 0 (Kulkarni et al. 2016, section 3).
 * @param goals `[N]` @param obs `[N, D]`: observations after the step @param out `[N]`, written and returned
 */
export function intrinsicReward(subgoals: Subgoals, goals: Int32Array, obs: NumericArray, out: Float32Array): Float32Array {
  const width = obs.length / goals.length;
  for (let i = 0; i < goals.length; i++) out[i] = Number(subgoals.isReached(goals[i], obs, i * width));
  return out;
}
