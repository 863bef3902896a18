export { GoalInputs } from './goal-inputs.ts';
export type { HDqnAgent, HDqnConfig, Level } from './h-dqn.ts';
export { hDqn, hDqnConfig } from './h-dqn.ts';
export { intrinsicReward } from './intrinsic-reward.ts';
export type { OptionCriticConfig } from './option-critic.ts';
export {
  criticLoss,
  intraOptionLoss,
  optionCritic,
  optionCriticConfig,
  terminationLoss,
  valueUponArrival,
} from './option-critic.ts';
export type { Skill } from './smdp-env.ts';
export { SmdpEnv } from './smdp-env.ts';
export type { SmdpReplayOptions, SmdpTransition } from './smdp-replay.ts';
export { SmdpReplay } from './smdp-replay.ts';
export type { SmdpStepsOptions } from './smdp-steps.ts';
export { SmdpSteps } from './smdp-steps.ts';
export type { MakeSubgoals, Subgoals } from './subgoals.ts';
export { observationsAsSubgoals, registerSubgoals, subgoalsOf } from './subgoals.ts';
