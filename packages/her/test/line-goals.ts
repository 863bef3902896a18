import { box, discrete, type GoalOutcomes, goalSpace } from '@zpin/contracts';

/** Observations of a walk along a line: place reached, place wanted, number of the transition. */
export const lineSpace = goalSpace(box({ low: 0, high: 1e6, shape: [1] }), box({ low: -1, high: 1e6, shape: [1] }));
export const lineActions = discrete(2);

/** Reward 0 at the goal, else −1. */
const computeReward: GoalOutcomes['computeReward'] = (achieved, desired, out) => {
  for (let i = 0; i < out.length; i++) out[i] = achieved[i] === desired[i] ? 0 : -1;
  return out;
};

/** The walk goes on at the goal. */
export const goesOn: GoalOutcomes = { computeReward };

/** The walk ends at the goal. */
export const ends: GoalOutcomes = {
  computeReward,
  computeTerminated(achieved, desired, out) {
    for (let i = 0; i < out.length; i++) out[i] = achieved[i] === desired[i] ? 1 : 0;
    return out;
  },
};
