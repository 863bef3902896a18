import type { Env, NumericArray } from './env.ts';
import { type BoxSpace, type DictSpace, dict, type MultiBinarySpace } from './spaces.ts';

/** What a goal environment shows; the names are those of Gymnasium-Robotics. */
export interface GoalObs {
  readonly observation: NumericArray;
  /** What the observation has reached, in the form of a goal. */
  readonly achieved_goal: NumericArray;
  readonly desired_goal: NumericArray;
}

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

/** An environment with a goal per episode, whose reward can be computed anew for another goal. */
export interface GoalEnv<Act = unknown> extends Env<GoalObs, Act>, GoalOutcomes {}

/** Observation space of a goal environment; in a flat row the achieved goal comes first, then the desired one, then the observation. */
export function goalSpace(observation: BoxSpace | MultiBinarySpace, goal: BoxSpace | MultiBinarySpace): DictSpace {
  return dict({ observation, achieved_goal: goal, desired_goal: goal });
}

/** Whether an environment has goals: the three parts in its observations, and `computeReward`. */
export function isGoalEnv(env: Env): env is GoalEnv {
  const { observationSpace } = env.spec;
  if (observationSpace.type !== 'dict' || !('computeReward' in env)) return false;
  return ['achieved_goal', 'desired_goal', 'observation'].every(part => Object.hasOwn(observationSpace.spaces, part));
}
