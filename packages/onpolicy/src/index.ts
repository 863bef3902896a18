export type { ActorCritic, ActorCriticOptions } from './actor-critic.ts';
export { actorCritic } from './actor-critic.ts';
export { explainedVariance } from './explained-variance.ts';
export type { Columns } from './minibatches.ts';
export { minibatches } from './minibatches.ts';
export type { PolicyHead } from './policy-head.ts';
export { policyHead } from './policy-head.ts';
export type { PolicyLossInput, PpoConfig } from './ppo.ts';
export { clippedPolicyLoss, normalizeAdvantage, ppo, ppoConfig, valueLoss } from './ppo.ts';
