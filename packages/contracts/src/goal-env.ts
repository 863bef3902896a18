import type { Env } from './env.ts';
import type { GoalOutcomes } from './goal-outcomes.ts';
import type { NumericArray } from './numeric-array.ts';
import { dict } from './spaces/create.ts';
import type { BoxSpace, DictSpace, MultiBinarySpace } from './spaces/space.ts';

/** What a goal environment shows; the names are those of Gymnasium-Robotics. */
export interface GoalObs {
  readonly observation: NumericArray;
  /** What the observation has reached, in the form of a goal. */
  readonly achieved_goal: NumericArray;
  readonly desired_goal: NumericArray;
}

/** An environment with a goal per episode, whose reward can be computed anew for another goal. */
export interface GoalEnv<Act = unknown> extends Env<GoalObs, Act>, GoalOutcomes {}

/**
 * Observation space of a goal environment; in a flat row the achieved goal comes first, then the desired one, then the
 * observation.
 */
export function goalSpace(observation: BoxSpace | MultiBinarySpace, goal: BoxSpace | MultiBinarySpace): DictSpace {
  return dict({ observation, achieved_goal: goal, desired_goal: goal });
}

/** Whether an environment has goals: the three parts in its observations, and `computeReward`. */
export function isGoalEnv(env: Env): env is GoalEnv {
  const { observationSpace } = env.spec;
  if (observationSpace.type !== 'dict' || !('computeReward' in env)) return false;
  return ['achieved_goal', 'desired_goal', 'observation'].every(part => Object.hasOwn(observationSpace.spaces, part));
}
